import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { driverConformance } from '../../../test/drivers/conformance.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { type Backend, type ConnectionInfo, type DriverCall, DriverError, type Volume } from '../../driver.ts';
import { busy, MemoryKnobs, MemoryStore, memoryBackend, memoryDriver, noSpace } from './index.ts';

const pools = [{ name: 'pool', totalGiB: 1000 }];

driverConformance('memory', async () => {
  const store = new MemoryStore();
  // Pages of 3, so that every listing of the suite is paged.
  const open = async () => memoryBackend({ pools, store, pageSize: 3, targets: ['remote', 'other'] });
  return {
    driver: memoryDriver,
    pool: 'pool',
    secrets: [],
    open,
    reopen: open,
    write: async (connection, offset, bytes) => store.write(idOf(connection), offset, bytes),
    read: async (connection, offset, length) => store.read(idOf(connection), offset, length),
    async plant(name, sizeGiB, bytes) {
      store.plant(name, 'pool', sizeGiB, bytes);
      return { 'source-name': name };
    },
    close: async () => {},
  };
});

describe('memory faults', () => {
  test('a failure before the effect leaves nothing, and only as often as asked', async () => {
    const { backend, knobs, ids } = faulty();
    knobs.set('create', id, noSpace).set('create', '*', busy, 2);
    await fails(make(backend), 'no-space');
    await fails(make(backend), 'busy');
    await fails(make(backend), 'busy');
    assert.deepEqual(await ids(), []);
    await make(backend);
    assert.deepEqual(await ids(), [id]);
    assert.equal(knobs.calls('create', id), 4);
  });

  test('a failure after the effect is transient, and the retry finds it done', async () => {
    const { backend, knobs, ids } = faulty();
    knobs.set('create', id, { kind: 'fail-after' });
    await fails(make(backend), 'transient');
    assert.deepEqual(await ids(), [id]);
    await make(backend);
    assert.deepEqual(await ids(), [id]);
  });

  test('a hang ends when the signal aborts, with the effect done or not as asked', async () => {
    for (const done of [false, true]) {
      const { backend, knobs, ids } = faulty();
      knobs.set('create', id, { kind: 'hang', done });
      const deadline = new AbortController();
      const hanging = make(backend, { signal: deadline.signal });
      deadline.abort();
      await fails(hanging, 'transient');
      assert.deepEqual(await ids(), done ? [id] : []);
    }
  });

  test('a delay uses the injected sleep and no timer', async () => {
    const slept: number[] = [];
    const knobs = new MemoryKnobs().set('create', id, { kind: 'delay', ms: 5000 });
    const backend = memoryBackend({ pools, sleep: async (ms) => void slept.push(ms) }, knobs);
    await make(backend);
    assert.deepEqual(slept, [5000]);
  });

  test('each pool has room of its own', async () => {
    const backend = memoryBackend({
      pools: [
        { name: 'pool', totalGiB: 1 },
        { name: 'other', totalGiB: 4, maxOverSubscriptionRatio: 2 },
      ],
    });
    await make(backend);
    await fails(backend.create({ ...volume, id: `${id}2` }, { kind: 'blank' }, call), 'no-space');
    await backend.create({ ...volume, id: `${id}3`, pool: 'other', sizeGiB: 8 }, { kind: 'blank' }, call);
    const { pools: told } = await backend.stats(call);
    assert.deepEqual(
      told.map(({ name, provisionedGiB, freeGiB }) => [name, provisionedGiB, freeGiB]),
      [
        ['pool', 1, 0],
        ['other', 8, 0],
      ],
    );
  });

  test('the store tells which attachments a volume is open for', async () => {
    const store = new MemoryStore();
    const backend = memoryBackend({ pools, store });
    await make(backend);
    for (const [host, attachmentId] of [
      ['one', 'a'],
      ['two', 'b'],
    ] as const) {
      await backend.connect(volume, { host }, { mode: 'rw', attachmentId }, call);
    }
    assert.deepEqual(store.attachments(id), ['a', 'b']);
    await backend.disconnect(volume, { host: 'one' }, { attachmentId: null }, call);
    assert.deepEqual(store.attachments(id), ['b']);
  });

  test('the options are read or refused by name', async () => {
    const backend = await memoryDriver.open({ pools: 'fast:10,slow:100' }, testPorts);
    assert.deepEqual(
      (await backend.stats(call)).pools.map(({ name, totalGiB }) => [name, totalGiB]),
      [
        ['fast', 10],
        ['slow', 100],
      ],
    );
    await assert.rejects(memoryDriver.open({ pools: 'fast' }, testPorts), /option pools/);
  });
});

const id = '5c041a00-0000-4000-8000-000000000001';
const volume: Volume = { id, sizeGiB: 1, pool: 'pool', location: null, qos: {}, extraSpecs: {} };
const call: DriverCall = { signal: new AbortController().signal };

function faulty() {
  const knobs = new MemoryKnobs();
  const backend = memoryBackend({ pools }, knobs);
  return { knobs, backend, ids: async () => (await backend.listOwned(null, call)).items.map((item) => item.id) };
}

function make(backend: Backend, given: DriverCall = call) {
  return backend.create(volume, { kind: 'blank' }, given);
}

function idOf({ data }: ConnectionInfo): string {
  return String(data.volume_id);
}

function fails(promise: Promise<unknown>, failure: string): Promise<void> {
  return assert.rejects(promise, (error) => error instanceof DriverError && error.failure === failure);
}
