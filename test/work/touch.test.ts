// A kind of work that does not exist, `thing.touch`, written wrongly in every way that once passed every suite. What
// must not compile stands behind @ts-expect-error: the type check of `npm test` fails when it does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrives, begins, falls, machine } from '../../schema/machine.ts';
import { count, volume } from '../../workers/work/fragments.ts';
import { done, work } from '../../workers/work/work.ts';

const states = { available: 'stable', touching: 'busy', error_touching: 'error' } as const;
const base = { resource: 'thing', table: 'things', states, resettable: [], obstacles: {} } as const;
const touch = {
  from: ['available'],
  via: 'touching',
  ok: 'previous',
  fail: 'error_touching',
  work: 'thing.touch',
} as const;

test('a busy word that is misspelt does not compile', () => {
  // @ts-expect-error no state touchin
  machine({ ...base, moves: { touch: { ...touch, via: 'touchin' } } });
  // @ts-expect-error nor one that it fails to
  machine({ ...base, moves: { touch: { ...touch, fail: 'eror_touching' } } });
  // @ts-expect-error nor one that it begins in
  machine({ ...base, moves: { touch: { ...touch, from: ['availabel'] } } });
});

test('a move that waits for a worker has a kind of work and a fail edge, or is refused when it is loaded', () => {
  const { fail, work: kind, ...rest } = touch;
  assert.throws(
    () => machine({ ...base, moves: { touch: { ...rest, work: kind } } }),
    /without a kind of work and a fail/,
  );
  assert.throws(() => machine({ ...base, moves: { touch: { ...rest, fail } } }), /without a kind of work and a fail/);
  const other = { ...touch, fail: 'available' } as const;
  assert.throws(() => machine({ ...base, moves: { touch, other } }), /ends touching in two ways/);
});

test('what goes back to `previous` never has that word as its status, and never a busy one', () => {
  const of = machine({ ...base, moves: { touch: { ...touch, fail: 'previous' } } });
  for (const text of [arrives(of, 'thing.touch'), falls(of, 'thing.touch')]) {
    assert.doesNotMatch(text, /'previous'|THEN 'touching'/);
    assert.match(text, /WHEN 'touching' THEN CASE WHEN r\.previous_status IN \('available'\)/);
    assert.match(text, /ELSE r\.status END$/);
  }
  assert.match(begins(of, 'touch'), /^previous_status = r\.status, status = 'touching'/);
});

const whole = {
  kind: 'volume.revert',
  does: 'touches a volume',
  steps: ['touch'],
  needs: { volume: volume(), times: count('times') },
  uses: ['backend.extend'],
  run: async () => done(),
  events: { done: 'volume.touch.end', failed: 'volume.touch.error' },
  message: { action: 'revertVolume', detail: 'driverFailedRevert' },
  done: {},
  failed: {},
} as const;

test('a kind that lacks a part does not compile: its event, its message, what it writes, what it needs', () => {
  const { events, ...silent } = whole;
  const { message, ...untold } = whole;
  const { failed, ...unfailing } = whole;
  const { needs, ...needless } = whole;
  // @ts-expect-error a failure that writes no event
  assert.ok(work(silent) && events);
  // @ts-expect-error a failure that tells nobody
  assert.ok(work(untold) && message);
  // @ts-expect-error a failure of which nothing is said
  assert.ok(work(unfailing) && failed);
  // @ts-expect-error work of which nobody knows what it needs
  assert.ok(work(needless) && needs);
  // @ts-expect-error a kind that no move queues
  assert.ok(work({ ...whole, kind: 'volume.tuoch' }));
  // @ts-expect-error a message that does not exist
  assert.ok(work({ ...whole, message: { action: 'tuochVolume', detail: 'unknown' } }));
});

test('`run` receives exactly what it asked for, and calls nothing that it did not name', () => {
  work({
    ...whole,
    async run({ volume, times, ...rest }, _operation, { backend, ports, call }) {
      // @ts-expect-error a snapshot was not asked for
      rest.snapshot;
      // @ts-expect-error nor how many snapshots the volume has
      volume.snapshot_count;
      // @ts-expect-error nor may it remove the volume
      await backend.remove?.();
      // @ts-expect-error nor ask the image service
      ports.images?.download;
      assert.equal(typeof (times satisfies number), 'number');
      await backend.extend?.({ id: volume.id } as never, times, call);
      return done();
    },
  });
});
