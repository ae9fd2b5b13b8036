// A driver refuses, and the volume goes elsewhere; what a decision was is kept.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { memoryNova } from '../infra/compute/memory.ts';
import { drift } from '../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../test/harness/scoria.ts';

const nova = memoryNova();
let scoria: Scoria;
beforeEach(async () => {
  scoria = await startScoria({ nova });
});
afterEach(async () => {
  assert.deepEqual(await drift(scoria.database), []);
  await scoria.close();
});

const refuse = (at: number, failure: 'no-space' | 'fatal' | 'conflict' | 'transient', times = 1) =>
  scoria.backends[at]?.knobs.set('create', '*', { kind: 'fail-before', failure }, times);

async function explanationOf(id: string) {
  const [row] = await scoria.database.all<{ explanation: string }>({
    name: 'test.explanation',
    text: `SELECT explanation::text AS explanation FROM operations WHERE resource_id = '${id}' AND kind = 'volume.create'`,
  });
  return JSON.parse(row?.explanation ?? '{}');
}
const hostOf = async (id: string) =>
  (await scoria.ask('GET', `/v3/volumes/${id}`, { as: 'admin' })).body.volume['os-vol-host-attr:host'];
const messagesOf = async (id: string) =>
  (await scoria.ask('GET', `/v3/messages?resource_uuid=${id}`, { version: '3.5' })).body.messages.map(
    (one: { event_id: string }) => one.event_id,
  );
const objects = () => scoria.backends.map(({ store }) => store.objects.size);

test('a volume that one pool has no space for is made on another, and the refusal is kept', async () => {
  refuse(0, 'no-space');
  const volume = await scoria.makeVolume();
  assert.equal(volume.status, 'available');
  assert.equal(await hostOf(volume.id), 'test@two#pool');
  const said = await explanationOf(volume.id);
  assert.equal(said.chosen, 'test@two#pool');
  assert.deepEqual(said.refusals, [{ pool: 'test@one#pool', cause: 'The memory back end was told to say no-space.' }]);
  assert.equal(said.dropped[0].filter, 'IgnoreAttemptedHosts');
  assert.deepEqual(objects(), [0, 1]);
  assert.deepEqual(await messagesOf(volume.id), []);
});

test('when every pool has refused, the user is told what the last one said, and nothing stays anywhere', async () => {
  refuse(0, 'fatal');
  refuse(1, 'no-space');
  const volume = await scoria.makeVolume();
  assert.equal(volume.status, 'error');
  assert.deepEqual(await messagesOf(volume.id), ['VOLUME_VOLUME_008_103']);
  assert.equal((await explanationOf(volume.id)).refusals.length, 2);
  assert.deepEqual(objects(), [0, 0]);
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${volume.id}`)).status, 202);
  await scoria.until(`/v3/volumes/${volume.id}`, ({ status }) => status === 404);
});

test('what was begun on a pool that then refuses is removed there', async () => {
  // The blank volume stands when its bytes do not fit any more.
  const backup = await scoria.makeVolume();
  const made = await scoria.ask('POST', '/v3/backups', { body: { backup: { volume_id: backup.id } } });
  await scoria.until(`/v3/backups/${made.body.backup.id}`, ({ body }) => body.backup.status === 'available');
  const before = objects();
  scoria.backends[0]?.knobs.set('openData', '*', { kind: 'fail-before', failure: 'no-space' });
  const volume = await scoria.makeVolume({ backup_id: made.body.backup.id }, { version: '3.71' });
  assert.equal(volume.status, 'available');
  assert.equal(await hostOf(volume.id), 'test@two#pool');
  assert.deepEqual(objects(), [before[0], (before[1] ?? 0) + 1]);
});

test('a copy goes nowhere but to the back end of its source, and a conflict or an unknown outcome nowhere else at all', async () => {
  const source = await scoria.makeVolume();
  refuse(0, 'no-space');
  const copy = await scoria.makeVolume({ source_volid: source.id });
  assert.equal(copy.status, 'error');
  assert.equal(
    (await explanationOf(copy.id)).dropped.find(({ pool }: { pool: string }) => pool === 'test@two#pool').filter,
    'SourceBackend',
  );
  for (const at of [0, 1]) refuse(at, 'conflict');
  const conflicting = await scoria.makeVolume();
  assert.equal(conflicting.status, 'error');
  assert.notEqual(await hostOf(conflicting.id), null);
});

test('the first volume of a group that is refused takes its group along', async () => {
  const type = await scoria.ask('POST', '/v3/types', { as: 'admin', body: { volume_type: { name: 'any' } } });
  const group = await scoria.ask('POST', '/v3/groups', {
    version: '3.71',
    body: { group: { name: 'g', group_type: '__DEFAULT__', volume_types: [type.body.volume_type.id] } },
  });
  const { id: group_id } = group.body.group;
  await scoria.until(`/v3/groups/${group_id}`, ({ body }) => body.group.status === 'available', { version: '3.71' });
  refuse(0, 'no-space');
  const fields = { volume_type: 'any', group_id };
  const hosts: string[] = [];
  for (let at = 0; at < 2; at += 1) hosts.push(await hostOf((await scoria.makeVolume(fields, { version: '3.71' })).id));
  assert.deepEqual(hosts, ['test@two#pool', 'test@two#pool']);
});

test('hints of the request are kept: beside a volume, away from it, near a server', async () => {
  const placed = await scoria.makeVolume();
  const hinted = async (hints: object) => {
    const body = { volume: { size: 1 }, 'OS-SCH-HNT:scheduler_hints': hints };
    const made = await scoria.ask('POST', '/v3/volumes', { body });
    const { id } = made.body.volume;
    const told = await scoria.until(`/v3/volumes/${id}`, (one) => one.body.volume.status !== 'creating');
    return told.body.volume.status === 'available' ? hostOf(id) : told.body.volume.status;
  };
  const here = await hostOf(placed.id);
  assert.equal(await hinted({ same_host: placed.id }), here);
  assert.equal(await hinted({ same_host: [placed.id.replaceAll('-', '')] }), here);
  assert.notEqual(await hinted({ different_host: [placed.id] }), here);
  nova.servers.set(placed.id, new Set());
  nova.hosts.set(placed.id, 'test');
  assert.equal(await hinted({ local_to_instance: placed.id, same_host: placed.id }), here);
  nova.hosts.set(placed.id, 'elsewhere');
  assert.equal(await hinted({ local_to_instance: placed.id }), 'error');
});
