import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  const body = { quota_set: { backups: 100, snapshots: 100 } };
  await scoria.ask('PUT', `/v3/os-quota-sets/${projects.own}`, { as: 'admin', body });
});
after(() => scoria.close());

const run = (text: string, parameters = {}) => scoria.database.all<{ id: string }>(sql('test', text), parameters);

/** A volume with a snapshot taken at ten, and backups of it: each with its status and the hour of its data. */
async function world(backups: readonly (readonly [status: string, hour: number])[]) {
  const [volume] = await run(
    `INSERT INTO volumes (id, project_id, user_id, size_gib, status, host, snapshot_count, created_at)
    SELECT gen_random_uuid(), :project::text, 'u', 1, 'available', p.name, 1, '2026-01-01T00:00:00Z'
    FROM (SELECT 'nowhere@memory#pool' AS name) p RETURNING id::text AS id`,
    { project: projects.own },
  );
  const id = volume?.id ?? '';
  const [snapshot] = await run(
    `INSERT INTO snapshots (id, project_id, user_id, volume_id, size_gib, status, created_at)
    VALUES (gen_random_uuid(), :project::text, 'u', :id::uuid, 1, 'available', '2026-01-01T10:00:00Z') RETURNING id::text AS id`,
    { project: projects.own, id },
  );
  const made: string[] = [];
  for (const [status, hour] of backups) {
    const [row] = await run(
      `INSERT INTO backups (id, project_id, user_id, volume_id, size_gib, status, host, location, data_timestamp, created_at)
      VALUES (gen_random_uuid(), :project::text, 'u', :id::uuid, 1, :status::text, 'nowhere@memory', 'l', :at::timestamptz,
        :at::timestamptz) RETURNING id::text AS id`,
      { project: projects.own, id, status, at: `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z` },
    );
    made.push(row?.id ?? '');
  }
  return { volume: id, snapshot: snapshot?.id ?? '', backups: made };
}

async function parentOf(volume: string, fields: object = {}) {
  const told = await scoria.ask('POST', '/v3/backups', {
    body: { backup: { volume_id: volume, incremental: true, ...fields } },
  });
  if (told.status !== 202) return told.body.badRequest.message;
  const [row] = await run(`SELECT parent_id::text AS id FROM backups WHERE id = :id::uuid`, {
    id: told.body.backup.id,
  });
  return row?.id;
}

test('an incremental backup builds on the latest available one, whatever has failed since', async () => {
  const one = await world([
    ['available', 8],
    ['available', 9],
    ['error', 11],
  ]);
  assert.equal(await parentOf(one.volume), one.backups[1]);
});

test('an incremental backup of a snapshot builds on the latest that is older than the snapshot', async () => {
  const one = await world([
    ['available', 8],
    ['available', 9],
    ['available', 11],
  ]);
  assert.equal(await parentOf(one.volume, { snapshot_id: one.snapshot }), one.backups[1]);
});

test('a snapshot that is older than every backup builds on the newest backup', async () => {
  const one = await world([
    ['available', 11],
    ['available', 12],
  ]);
  assert.equal(await parentOf(one.volume, { snapshot_id: one.snapshot }), one.backups[1]);
});

test('a parent that is not available is named with its status, and no backup at all is said to be none', async () => {
  for (const status of ['error', 'creating', 'deleting', 'restoring']) {
    const one = await world([[status, 8]]);
    const text = `Invalid backup: The parent backup must be available for incremental backup. Backup ${one.backups[0]} is in status ${status}.`;
    assert.equal(await parentOf(one.volume), text);
    assert.equal(await parentOf(one.volume, { snapshot_id: one.snapshot }), text);
  }
  const none = await world([]);
  assert.equal(await parentOf(none.volume), 'Invalid backup: No backups available to do an incremental backup.');
});
