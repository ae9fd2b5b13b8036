import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const ask = (body: object, version = '3.24') =>
  scoria.ask('POST', '/v3/workers/cleanup', { as: 'admin', version, body });

/** How many operations the next sweep sends. */
async function due(): Promise<number> {
  const text = `SELECT count(*)::int AS due FROM operations WHERE status = 'queued' AND lease_until < now() - interval '30 seconds'`;
  const [row] = await scoria.database.all<{ due: number }>(sql('test', text));
  return row?.due ?? 0;
}

test('what nobody has claimed becomes due, of the asked resource or service only', async () => {
  const make = async () =>
    (await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } })).body.volume.id as string;
  const [one] = [await make(), await make()];
  assert.equal(await due(), 0);
  for (const body of [
    { host: 'nowhere@one' },
    { binary: 'cinder-volume' },
    { resource_type: 'Snapshot' },
    { resource_id: '11111111-1111-4111-8111-111111111111' },
  ]) {
    const told = await ask(body);
    assert.deepEqual([told.status, told.body], [202, { cleaning: [], unavailable: [] }]);
    assert.equal(await due(), 0, JSON.stringify(body));
  }
  await ask({ resource_id: one, resource_type: 'Volume' });
  assert.equal(await due(), 1);
  await ask({});
  assert.equal(await due(), 2);
});

test('the services whose work is sent again are named, by whether they are there to take it', async () => {
  const rows = await scoria.database.all<{ id: string }>(
    sql(
      'test',
      `INSERT INTO services (id, host, "binary", availability_zone, created_at, updated_at) VALUES
      (gen_random_uuid(), 'h1', 'cinder-scheduler', 'nova', now(), now()),
      (gen_random_uuid(), 'h2', 'cinder-scheduler', 'nova', now(), now() - interval '1 hour'),
      (gen_random_uuid(), 'h1@one', 'cinder-volume', 'nova', now(), now()) RETURNING id::text AS id`,
    ),
  );
  const make = () => scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  const service = (index: number, host: string) => ({
    id: rows[index]?.id,
    host,
    binary: 'cinder-scheduler',
    cluster_name: null,
  });
  await make();
  assert.deepEqual((await ask({})).body, { cleaning: [service(0, 'h1')], unavailable: [service(1, 'h2')] });
  await make();
  assert.deepEqual((await ask({ is_up: false })).body, { cleaning: [], unavailable: [service(1, 'h2')] });
  await make();
  assert.deepEqual((await ask({ disabled: true })).body, { cleaning: [], unavailable: [] });
});

test('a filter that cannot be is refused, and so is everybody but an admin', async () => {
  for (const body of [{ binary: 'nova' }, { resource_type: 'server' }, { resource_id: 'x' }, { more: 1 }]) {
    assert.equal((await ask(body)).status, 400, JSON.stringify(body));
  }
  assert.equal((await scoria.ask('POST', '/v3/workers/cleanup', { version: '3.24', body: {} })).status, 403);
  assert.equal((await ask({}, '3.23')).status, 404);
});
