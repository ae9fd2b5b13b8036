// Every call cut off at several moments: what was half done never shows, and the same call again converges.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Ability, DriverCall, Volume } from '../../workers/driver.ts';
import { assertFails, type Bench, blank, blankDigest } from './bench.ts';
import { lacks } from './data.ts';
import { GIB, MIB, sha256 } from './pattern.ts';

/** No call may outlive its deadline by more than this; the machine may be busy, so it is no benchmark. */
const quickMs = 2000;

const moments: Readonly<Record<string, () => Promise<unknown>>> = {
  'at once': async () => {},
  'a moment later': () => new Promise(setImmediate),
  'after 1 ms': () => pause(1),
  'after 10 ms': () => pause(10),
};

interface Prepared {
  run(call: DriverCall): Promise<unknown>;
  /** After the cut: what holds before anybody asks again, and after the same call again. */
  verify(): Promise<void>;
}

interface Variant {
  readonly call: string;
  readonly needs: readonly Exclude<Ability, 'growsOnHost' | 'byAttachment' | 'replication'>[];
  prepare(bench: Bench, seed: number): Promise<Prepared>;
}

const sizes = async (bench: Bench, { id }: Volume) =>
  (await bench.listed()).filter((one) => one.id === id).map(({ sizeGiB }) => sizeGiB);

/** Where it is listed already it is whole; after the call again it is. */
const copied = (
  bench: Bench,
  written: string,
  copy: Volume,
  run: (call: DriverCall) => Promise<{ location: string | null }>,
) => ({
  run,
  async verify() {
    for (const size of await sizes(bench, copy)) {
      assert.equal(size, copy.sizeGiB);
      assert.equal(await bench.digest(copy), written, 'what is listed is whole');
    }
    const { location } = await run(bench.call());
    assert.equal(await bench.digest({ ...copy, location }), written);
    assert.deepEqual(await sizes(bench, copy), [copy.sizeGiB]);
  },
});

const variants: readonly Variant[] = [
  {
    call: 'create',
    needs: [],
    async prepare(bench) {
      const volume = bench.volume(2);
      return copied(bench, blankDigest, volume, (call) => bench.backend.create(volume, blank, call));
    },
  },
  {
    call: 'a volume from a volume',
    needs: ['clone'],
    async prepare(bench, seed) {
      const volume = await bench.made();
      const written = await bench.fill(volume, seed);
      const copy = bench.volume(2);
      return copied(bench, written, copy, (call) => bench.backend.create(copy, { kind: 'volume', volume }, call));
    },
  },
  {
    call: 'a volume from a snapshot',
    needs: ['snapshot'],
    async prepare(bench, seed) {
      const volume = await bench.made();
      const written = await bench.fill(volume, seed);
      const snapshot = await bench.taken(volume);
      const copy = bench.volume(2);
      return copied(bench, written, copy, (call) => bench.backend.create(copy, { kind: 'snapshot', snapshot }, call));
    },
  },
  {
    call: 'a snapshot',
    needs: ['snapshot'],
    async prepare(bench, seed) {
      const volume = await bench.made();
      const written = await bench.fill(volume, seed);
      const snapshot = bench.snapshotOf(volume);
      return {
        run: async (call) => bench.backend.snapshot?.create(snapshot, call),
        async verify() {
          const made = await bench.backend.snapshot?.create(snapshot, bench.call());
          await bench.fill(volume, seed + 1);
          const source = { kind: 'snapshot', snapshot: { ...snapshot, ...made } } as const;
          assert.equal(await bench.digest(await bench.made(bench.volume(), source)), written);
        },
      };
    },
  },
  {
    call: 'extend',
    needs: ['extend'],
    async prepare(bench, seed) {
      const volume = await bench.made();
      const written = await bench.fill(volume, seed);
      return {
        run: async (call) => bench.backend.extend?.(volume, 3, call),
        async verify() {
          const [size] = await sizes(bench, volume);
          assert.ok(size === 1 || size === 3, `half grown: ${size}`);
          await bench.backend.extend?.(volume, 3, bench.call());
          const grown = { ...volume, sizeGiB: 3 };
          assert.deepEqual(await sizes(bench, volume), [3]);
          assert.equal(await bench.digest(grown), written);
          assert.equal(sha256(await bench.read(grown, 3 * GIB - MIB, MIB)), sha256(new Uint8Array(MIB)));
        },
      };
    },
  },
  {
    call: 'revert',
    needs: ['snapshot', 'revert'],
    async prepare(bench, seed) {
      const volume = await bench.made();
      const old = await bench.fill(volume, seed);
      const snapshot = await bench.taken(volume);
      const now = await bench.fill(volume, seed + 1);
      return {
        run: async (call) => bench.backend.revert?.(volume, snapshot, call),
        async verify() {
          assert.ok([old, now].includes(await bench.digest(volume)), 'the bytes are those of before or of after');
          await bench.backend.revert?.(volume, snapshot, bench.call());
          assert.equal(await bench.digest(volume), old);
        },
      };
    },
  },
  {
    call: 'remove',
    needs: [],
    async prepare(bench, seed) {
      const volume = await bench.made();
      await bench.fill(volume, seed);
      return {
        run: (call) => bench.backend.remove(volume, call),
        async verify() {
          await bench.backend.remove(volume, bench.call());
          assert.deepEqual(await sizes(bench, volume), []);
          assert.equal(await bench.digest(await bench.made(bench.volume(1, volume.id))), blankDigest);
        },
      };
    },
  },
  {
    call: 'removing a snapshot',
    needs: ['snapshot'],
    async prepare(bench, seed) {
      const volume = await bench.made();
      await bench.fill(volume, seed);
      const snapshot = await bench.taken(volume);
      const written = await bench.fill(volume, seed + 1);
      return {
        run: async (call) => bench.backend.snapshot?.remove(snapshot, call),
        async verify() {
          await bench.backend.snapshot?.remove(snapshot, bench.call());
          assert.ok(!(await bench.listedIds()).includes(snapshot.id));
          assert.equal(await bench.digest(volume), written);
        },
      };
    },
  },
];

export function cutOffTests(get: () => Bench): void {
  let seed = 1000;
  for (const { call, needs, prepare } of variants) {
    for (const [moment, wait] of Object.entries(moments)) {
      test(`${call}, cut off ${moment}: nothing half done shows, and the same call again converges`, async (t: TestContext) => {
        const bench = get();
        if (lacks(t, bench, ...needs)) return;
        seed += 2;
        const prepared = await prepare(bench, seed);
        await cutOff(prepared.run, wait);
        await prepared.verify();
      });
    }
  }
}

/** Lets the deadline pass at that moment. A driver that was quicker may succeed. */
export async function cutOff(run: (call: DriverCall) => Promise<unknown>, wait: () => Promise<unknown>): Promise<void> {
  const deadline = new AbortController();
  const running = Promise.allSettled([run({ signal: deadline.signal, attempt: 1 })]);
  await wait();
  deadline.abort();
  const started = performance.now();
  const [outcome] = await running;
  assert.ok(performance.now() - started < quickMs, 'the call ends soon after its deadline');
  if (outcome?.status === 'rejected') await assertFails(Promise.reject(outcome.reason), 'transient');
}
