// Hosts that leave a cluster at once: on a real PostgreSQL (TEST_DATABASE_URL) each may still see the other in it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Database, sql } from '../../infra/database/port.ts';
import { reportService } from '../../workers/store/report.ts';
import { freshDatabase } from '../harness/scoria.ts';

let database: Database;
before(async () => {
  database = await freshDatabase();
});
after(() => database.close());

const report = (host: string, cluster: string | null) =>
  reportService(database, {
    id: crypto.randomUUID(),
    host,
    cluster,
    binary: 'cinder-volume',
    zone: 'nova',
    backend_state: 'up',
    replicates: false,
    now: '2026-01-01T00:00:00Z',
  });
const clusters = async () =>
  (await database.all<{ name: string }>(sql('test', 'SELECT c.name FROM clusters c'))).map(({ name }) => name).sort();

test('of a cluster that all hosts have left at once nothing stays after the next heartbeat of any host', async () => {
  for (let round = 0; round < 20; round += 1) {
    const hosts = ['h1@b', 'h2@b', 'h3@b'];
    for (const host of hosts) await report(host, `of-${round}@b`);
    await Promise.all(hosts.map((host) => report(host, null)));
    await report('h4@b', 'kept@b');
    assert.deepEqual(await clusters(), ['kept@b']);
  }
});

test('a cluster without hosts, however it came to be so, goes, and those that have some stay', async () => {
  await report('h1@b', 'kept@b');
  await report('h2@b', 'other@b');
  const text = `INSERT INTO clusters (name, "binary", created_at) VALUES ('left@b', 'cinder-volume', now())`;
  await database.all(sql('test', text));
  await report('h1@b', 'kept@b');
  assert.deepEqual(await clusters(), ['kept@b', 'other@b']);
});
