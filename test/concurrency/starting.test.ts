// Parts that were started together are there one after another: what is asked for meanwhile waits for the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../infra/clock/virtual.ts';
import type { Database } from '../../infra/database/port.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { memoryBackend } from '../../workers/drivers/memory/index.ts';
import { schedule } from '../../workers/schedule.ts';
import { type Running, startBackends, startScheduler } from '../../workers/start.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { testSecrets } from '../harness/secrets.ts';

/** Calls `between` before each statement: where the process may be slow, or killed. */
const interrupted = (database: Database, between: () => Promise<void>): Database => ({
  ...database,
  async all(statement, parameters) {
    await between();
    return database.all(statement, parameters);
  },
});

/** What the scheduler was asked to do by a request. */
async function operationOf(scoria: Scoria, volume: string): Promise<string> {
  const text = `SELECT id::text AS id FROM operations WHERE resource_id = '${volume}'`;
  const [row] = await scoria.database.all<{ id: string }>({ name: 'test.operation', text });
  assert.ok(row !== undefined);
  return row.id;
}

test('a volume that is asked for at any moment of the first start of the back ends is made', async () => {
  const clock = virtualClock();
  const scoria = await startScoria({ clock, workers: false });
  const { database, queue } = scoria;
  const ports = {
    database,
    queue,
    clock,
    ids: systemIds(),
    digests: webDigests(),
    log: silentLog,
    secrets: testSecrets,
  };
  const volumes: string[] = [];
  const askAndPlace = async () => {
    const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
    assert.equal(made.status, 202, made.text);
    const { id } = made.body.volume;
    volumes.push(id);
    await schedule(ports, { message: { operation: await operationOf(scoria, id), attempt: 0 } });
    const shown = await scoria.ask('GET', `/v3/volumes/${id}`);
    assert.equal(shown.body.volume.status, 'creating', `asked for before statement ${volumes.length} of the start`);
  };
  const place = { host: 'test', zone: 'nova' };
  const pools = [{ name: 'pool', totalGiB: 100 }];
  const backends = ['one', 'two'].map((name) => ({ name, open: async () => memoryBackend({ pools }) }));
  const running: Running[] = [];
  try {
    const slow = { ...ports, database: interrupted(database, askAndPlace) };
    await (await startBackends(slow, { ...place, backends, workers: { quick: 0, long: 0 } })).stop();
    assert.equal(volumes.length, 6, 'each of the two is announced, and reports its pools and itself');
    running.push(await startBackends(ports, { ...place, backends, workers: { quick: 1, long: 1 } }));
    running.push(await startScheduler(ports, place, 1));
    for (const id of volumes) {
      const told = await scoria.until(`/v3/volumes/${id}`, async ({ body }) => {
        await clock.advance(1_000);
        return body.volume.status !== 'creating';
      });
      assert.equal(told.body.volume.status, 'available');
    }
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    await scoria.close();
  }
});
