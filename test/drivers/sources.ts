// What volumes are made from: remembered, kept apart, and free of each other afterwards.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot, Source, Volume } from '../../workers/driver.ts';
import { assertFails, type Bench, blank } from './bench.ts';
import { lacks } from './data.ts';

const from = (snapshot: Snapshot): Source => ({ kind: 'snapshot', snapshot });

export function sourceTests(get: () => Bench): void {
  test('creating again from the same snapshot does not copy again, also after a restart', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const volume = await bench.made();
    await bench.fill(volume, 80);
    const snapshot = await bench.taken(volume);
    const copy = await bench.made(bench.volume(), from(snapshot));
    const written = await bench.fill(copy, 81);
    await bench.made(copy, from(snapshot));
    await bench.reopen();
    await bench.made(copy, from(snapshot));
    assert.equal(await bench.digest(copy), written);
  });

  test('the same id from another snapshot, from a volume or from nothing is a conflict, also after a restart', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 82);
    const [one, two] = [await bench.taken(volume), await bench.taken(volume)];
    const copy = await bench.made(bench.volume(), from(one));
    for (const _ of ['before', 'after']) {
      const others: Source[] = [
        from(two),
        blank,
        ...(bench.backend.clone ? [{ kind: 'volume', volume } as const] : []),
      ];
      for (const other of others) await assertFails(bench.backend.create(copy, other, bench.call()), 'conflict');
      await assertFails(bench.backend.create(volume, from(one), bench.call()), 'conflict');
      await bench.reopen();
    }
    assert.equal(await bench.digest(copy), written);
  });

  test('two creates at once with one id and different sources make one of them whole, and the other is told', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const sources: Source[] = [];
    const digests: string[] = [];
    for (const seed of [83, 84]) {
      const volume = await bench.made();
      digests.push(await bench.fill(volume, seed));
      sources.push(from(await bench.taken(volume)));
    }
    const copy = bench.volume();
    const outcomes = await Promise.allSettled(sources.map((one) => bench.backend.create(copy, one, bench.call())));
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
    assert.ok(won >= 0 && outcomes.filter(({ status }) => status === 'fulfilled').length === 1, 'one is made');
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        await assertFails(Promise.reject(outcome.reason), 'conflict', 'busy', 'transient');
      }
    }
    assert.equal(await bench.digest(copy), digests[won]);
  });

  test('the source may go, and the copy keeps its bytes', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'clone')) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 85);
    const copy = await bench.made(bench.volume(), { kind: 'volume', volume });
    await bench.fill(volume, 86);
    const [removal] = await Promise.allSettled([bench.backend.remove(volume, bench.call())]);
    if (removal?.status === 'rejected') await assertFails(Promise.reject(removal.reason), 'busy');
    await bench.reopen();
    assert.equal(await bench.digest(copy), written);
  });

  test('a copy of a copy of a copy has the bytes of the first, and each its own from then on', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'clone')) return;
    const line: Volume[] = [await bench.made()];
    const written = await bench.fill(line[0] ?? bench.volume(), 87);
    for (let time = 0; time < 3; time += 1) {
      line.push(await bench.made(bench.volume(), { kind: 'volume', volume: line.at(-1) ?? bench.volume() }));
    }
    const own: string[] = [];
    for (const [at, volume] of line.entries()) {
      assert.equal(await bench.digest(volume), written);
      own.push(await bench.fill(volume, 90 + at));
    }
    for (const [at, volume] of line.entries()) assert.equal(await bench.digest(volume), own[at]);
  });

  test('several snapshots keep each their moment, also when one between them goes', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const volume = await bench.made();
    const taken: { snapshot: Snapshot; written: string }[] = [];
    for (const seed of [94, 95, 96]) {
      const written = await bench.fill(volume, seed);
      taken.push({ written, snapshot: await bench.taken(volume) });
    }
    const now = await bench.fill(volume, 97);
    const [first, second, third] = taken;
    if (second) await bench.backend.snapshot?.remove(second.snapshot, bench.call());
    for (const one of [first, third]) {
      if (one) assert.equal(await bench.digest(await bench.made(bench.volume(), from(one.snapshot))), one.written);
    }
    assert.equal(await bench.digest(volume), now);
  });

  test('a volume smaller than its snapshot is refused for good, and nothing is left', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const snapshot = await bench.taken(await bench.made(bench.volume(2)));
    const copy = bench.volume(1);
    await assertFails(bench.backend.create(copy, from(snapshot), bench.call()), 'fatal');
    assert.ok(!(await bench.listedIds()).includes(copy.id));
  });

  test('a volume from a snapshot that is not there says gone, and nothing is left', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const copy = bench.volume();
    const snapshot = bench.snapshotOf(await bench.made());
    await assertFails(bench.backend.create(copy, from(snapshot), bench.call()), 'gone');
    assert.ok(!(await bench.listedIds()).includes(copy.id));
  });

  test('reverting to the last of several snapshots leaves the earlier ones as they were', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot', 'revert')) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 98);
    const early = await bench.taken(volume);
    const later = await bench.fill(volume, 99);
    const last = await bench.taken(volume);
    await bench.fill(volume, 100);
    await bench.backend.revert?.(volume, last, bench.call());
    assert.equal(await bench.digest(volume), later);
    assert.equal(await bench.digest(await bench.made(bench.volume(), from(early))), written);
  });
}
