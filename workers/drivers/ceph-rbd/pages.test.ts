// Pages of images that come and go between two of them, on a dashboard that remembers names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Reply, type Request, startDashboard } from '../../../test/ceph/dashboard.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import type { Volume } from '../../driver.ts';
import { cephRbdDriver } from './index.ts';

const call = { signal: new AbortController().signal };
const idOf = (n: number) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000001`;

/** The names that the dashboard remembers, and those that are there. */
class Pool {
  remembered: number[] = [];
  readonly there = new Set<number>();

  remember(): void {
    this.remembered = [...this.there].sort((a, b) => a - b);
  }

  reply = ({ method, path, query, body }: Request): Reply | null => {
    const one = (n: number) => ({ name: `volume-${idOf(n)}`, pool_name: 'volumes', size: 2 ** 30, snapshots: [] });
    if (method === 'POST' && path === '/block/image') {
      this.there.add(Number.parseInt(String((body as { name: string }).name).slice(7, 15), 16));
      return { status: 201 };
    }
    if (method === 'GET' && path === '/block/image') {
      const offset = Number(query.get('offset'));
      const slice = this.remembered.slice(offset, offset + Number(query.get('limit')));
      const value = slice.filter((n) => this.there.has(n)).map(one);
      return { body: [{ pool_name: 'volumes', value }], headers: { 'X-Total-Count': String(this.remembered.length) } };
    }
    const found = /^\/block\/image\/volumes\/volume-([0-9a-f]{8})/.exec(path)?.[1];
    const n = Number.parseInt(found ?? '', 16);
    return this.there.has(n) ? { body: one(n) } : null;
  };
}

test('whatever comes and goes between two pages, what stays is listed once, and what is listed is there', async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  for (let round = 0; round < 12; round += 1) {
    const pool = new Pool();
    for (let n = 0; n < 450; n += 1) pool.there.add(random(100_000));
    pool.remember();
    const dashboard = await startDashboard(pool.reply);
    const options = { url: dashboard.url, user: 'scoria', password: 'x', monitors: '127.0.0.1:6789' };
    const backend = await cephRbdDriver.open(options, testPorts);
    const stays = new Set(pool.there);
    const listed: string[] = [];
    let after: string | null = null;
    do {
      const page = await backend.listOwned(after, call);
      for (const { id } of page.items) assert.ok(pool.there.has(Number.parseInt(id.slice(0, 8), 16)));
      listed.push(...page.items.map(({ id }) => id));
      after = page.next;
      for (const n of [...pool.there].filter(() => random(6) === 0)) {
        pool.there.delete(n);
        stays.delete(n);
      }
      for (let n = 0; n < 40; n += 1) pool.there.add(random(100_000));
      if (round % 2 === 0) pool.remember();
    } while (after !== null);
    await backend.close();
    await dashboard.close();
    assert.equal(new Set(listed).size, listed.length, 'once');
    for (const n of stays) assert.ok(listed.includes(idOf(n)), 'what stays is listed');
  }
});

test('what this worker has made is listed although the dashboard does not know of it yet', async () => {
  const pool = new Pool();
  for (let n = 0; n < 250; n += 1) pool.there.add(n * 10);
  pool.remember();
  const dashboard = await startDashboard(pool.reply);
  const options = { url: dashboard.url, user: 'scoria', password: 'x', monitors: '127.0.0.1:6789' };
  const backend = await cephRbdDriver.open(options, testPorts);
  const made = [5, 1_015, 2_495].map(
    (n): Volume => ({ id: idOf(n), sizeGiB: 1, pool: 'volumes', location: null, qos: {}, extraSpecs: {} }),
  );
  for (const volume of made) await backend.create(volume, { kind: 'blank' }, call);
  const listed: string[] = [];
  let after: string | null = null;
  do {
    const page = await backend.listOwned(after, call);
    listed.push(...page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== null);
  await backend.close();
  await dashboard.close();
  assert.equal(listed.length, 253);
  assert.deepEqual(listed, [...listed].sort());
  for (const { id } of made) assert.ok(listed.includes(id));
});
