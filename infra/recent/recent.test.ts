import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { recent } from './port.ts';

test('what was used last is kept, and never an older value of it', () => {
  const key = fc.integer({ min: 0, max: 30 }).map(String);
  const step = fc.oneof(
    fc.record({ does: fc.constant('set' as const), key }),
    fc.record({ does: fc.constant('get' as const), key }),
    fc.record({ does: fc.constant('delete' as const), key }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 2, max: 12 }), (steps, most) => {
      const kept = recent<number>(most);
      /** In the order of the last use, as it would be without a limit. */
      const all = new Map<string, number>();
      for (const [n, { does, key: of }] of steps.entries()) {
        if (does === 'delete') {
          kept.delete(of);
          all.delete(of);
          continue;
        }
        const known = all.get(of);
        if (does === 'set') kept.set(of, n);
        const found = kept.get(of);
        if (does === 'set') assert.equal(found, n);
        else assert.ok(found === undefined || found === known, 'an older value');
        all.delete(of);
        if (found !== undefined) all.set(of, found);
      }
      const used = [...all.keys()].reverse();
      const last = used.slice(0, Math.floor(most / 2));
      for (const one of last) assert.equal(kept.get(one), all.get(one), `${one} of ${used}`);
    }),
  );
});

test('no more is kept than was said', () => {
  for (const most of [2, 3, 10, 11]) {
    const isKept = (key: number) => {
      const kept = recent<number>(most);
      for (let n = 0; n < 100; n += 1) kept.set(String(n), n);
      return kept.get(String(key)) !== undefined;
    };
    const count = Array.from({ length: 100 }, (_, key) => key).filter(isKept).length;
    assert.ok(count <= most && count >= Math.floor(most / 2), `${count} of ${most}`);
  }
});
