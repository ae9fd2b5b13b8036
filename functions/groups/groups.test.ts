import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../../test/harness/invariants.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());
beforeEach(() => run(`UPDATE quota_classes SET hard_limit = 100`));

const version = '3.71';
const absent = '99999999-9999-4999-8999-999999999999';
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message ?? '';
const run = (text: string, parameters = {}) =>
  scoria.database.all<Record<string, never>>(sql('test', text), parameters);
const ask = (method: string, path: string, body?: object, asked: Asked = {}) =>
  scoria.ask(method, path, { version, ...(body === undefined ? {} : { body }), ...asked });

let made = 0;
async function volumeType(): Promise<{ id: string; name: string }> {
  made += 1;
  return (await ask('POST', '/v3/types', { volume_type: { name: `t${made}` } }, { as: 'admin' })).body.volume_type;
}

async function makeGroup(types?: readonly string[], fields: object = {}) {
  const volume_types = types ?? [(await volumeType()).id];
  const told = await ask('POST', '/v3/groups', { group: { group_type: '__DEFAULT__', volume_types, ...fields } });
  assert.equal(told.status, 202, told.text);
  return { ...told.body.group, types: volume_types, path: `/v3/groups/${told.body.group.id}` };
}

/** A group with so many available volumes. */
async function filled(count = 2) {
  const group = await makeGroup();
  const volumes = [];
  for (let n = 0; n < count; n += 1) {
    volumes.push(await scoria.makeVolume({ volume_type: group.types[0], group_id: group.id }, { version }));
  }
  return { ...group, volumes };
}

const shown = async (path: string) => (await ask('GET', `${path}?list_volume=True`)).body.group;
const gone = (path: string) => scoria.until(path, ({ status }) => status === 404, { version });
const remove = (path: string, volumesToo = true) =>
  ask('POST', `${path}/action`, { delete: { 'delete-volumes': volumesToo } });
const change = (path: string, group: object) => ask('PUT', path, { group });
const objects = () => scoria.backends.reduce((sum, one) => sum + one.store.objects.size, 0);

test('an empty group goes at once with delete-volumes, whatever it was', async () => {
  for (const status of ['available', 'error', 'in-use', 'creating', 'updating', 'error_deleting']) {
    const { path } = await makeGroup();
    const reset = await ask('POST', `${path}/action`, { reset_status: { status } }, { as: 'admin', version: '3.20' });
    assert.equal(reset.status, 202, reset.text);
    assert.equal((await remove(path)).status, 202, status);
    assert.equal((await ask('GET', path)).status, 404, status);
  }
});

test('a group is available at once, and its answer grows with the microversion', async () => {
  const type = await volumeType();
  scoria.database.take();
  const told = await ask('POST', '/v3/groups', {
    group: { name: 'g', description: 'd', group_type: '__DEFAULT__', volume_types: [type.name, type.id] },
  });
  assert.deepEqual(
    scoria.database.take().filter((name) => name.startsWith('groups.')),
    ['groups.create-facts', 'groups.create'],
  );
  const { id } = told.body.group;
  assert.deepEqual([told.status, told.body], [202, { group: { id, name: 'g' } }]);
  const old = await ask('GET', `/v3/groups/${id}`, undefined, { version: '3.13' });
  const { created_at } = old.body.group;
  assert.deepEqual(old.body.group, {
    id,
    name: 'g',
    status: 'available',
    availability_zone: 'nova',
    created_at,
    description: 'd',
    group_type: '00000000-0000-4000-8000-000000000011',
    volume_types: [type.id],
  });
  const added = async (at: `3.${number}`, as = 'member') => {
    const now = await ask('GET', `/v3/groups/${id}?list_volume=1`, undefined, { version: at, as });
    return Object.keys(now.body.group).filter((key) => !(key in old.body.group));
  };
  const since14 = ['group_snapshot_id', 'source_group_id'];
  assert.deepEqual(await added('3.24'), since14);
  assert.deepEqual(await added('3.25'), [...since14, 'volumes']);
  assert.deepEqual(await added('3.38'), [...since14, 'volumes', 'replication_status']);
  assert.deepEqual(await added('3.71', 'admin'), [...since14, 'volumes', 'replication_status', 'project_id']);
  assert.equal((await ask('GET', `/v3/groups/${id}?list_volume=maybe`)).status, 400);
});

test('a group that names what is not there, or what nobody can do, is refused', async () => {
  const { id } = await volumeType();
  const wanted = (group: object) => ask('POST', '/v3/groups', { group: { volume_types: [id], ...group } });
  const cases: readonly (readonly [object, number, RegExp])[] = [
    [{ group_type: 'none' }, 404, /^Group type none could not be found\.$/],
    [{ group_type: 'default_cgsnapshot_type' }, 404, /could not be found/],
    [{ group_type: '__DEFAULT__', volume_types: [id, 'none'] }, 404, /^Volume type none could not be found\.$/],
    [{ group_type: '__DEFAULT__', volume_types: [] }, 400, /too short/],
    [{ group_type: '__DEFAULT__', availability_zone: 'mars' }, 400, /Availability zone 'mars' is invalid/],
    [{}, 400, /'group_type' is a required property/],
  ];
  for (const [group, status, says] of cases) {
    const told = await wanted(group);
    assert.equal(told.status, status, told.text);
    assert.match(message(told), says);
  }
  const group_specs = { consistent_group_snapshot_enabled: '<is> True' };
  await ask('POST', '/v3/group_types', { group_type: { name: 'consistent', group_specs } }, { as: 'admin' });
  const told = await wanted({ group_type: 'consistent' });
  assert.equal(told.status, 400);
  assert.match(message(told), /at one moment/);
});

test('groups count against their quota, and the counters equal the sums', async () => {
  const before = await makeGroup();
  const used = (await ask('GET', '/v3/limits')).status;
  assert.equal(used, 200);
  await run(`UPDATE quota_classes SET hard_limit = 0 WHERE resource = 'groups'`);
  const told = await ask('POST', '/v3/groups', { group: { group_type: '__DEFAULT__', volume_types: before.types } });
  assert.equal(told.status, 413);
  assert.equal(message(told), 'GroupLimitExceeded: Maximum number of groups allowed (0) exceeded');
  assert.deepEqual(await drift(scoria.database), []);
});

test('volumes made in a group share one back end, and a group takes only its types', async () => {
  const group = await makeGroup();
  const inGroup = (fields: object) =>
    ask('POST', '/v3/volumes', { volume: { size: 1, volume_type: group.types[0], group_id: group.id, ...fields } });
  const asked = await Promise.all([1, 2, 3, 4].map(() => inGroup({})));
  for (const told of asked) assert.equal(told.body.volume?.group_id, group.id, told.text);
  const paths = asked.map((told) => `/v3/volumes/${told.body.volume.id}`);
  const hosts = new Set<string>();
  for (const path of paths) {
    const told = await scoria.until(path, ({ body }) => body.volume.status === 'available', { version, as: 'admin' });
    hosts.add(told.body.volume['os-vol-host-attr:host'].split('#')[0]);
  }
  assert.equal(hosts.size, 1);
  assert.equal((await shown(group.path)).volumes.length, 4);
  const other = await volumeType();
  assert.match(message(await inGroup({ volume_type: other.name })), /must be supported by this group/);
  assert.match(message(await inGroup({ volume_type: null })), /volume_type must be provided/);
  assert.equal((await inGroup({ group_id: absent })).status, 404);
  assert.equal((await inGroup({ group_id: null, consistencygroup_id: group.id })).status, 404);
  await run(`UPDATE groups SET status = 'error' WHERE id = :id::uuid`, { id: group.id });
  assert.match(message(await inGroup({})), /must be available or creating, but current status is: error/);
  assert.equal((await remove(group.path)).status, 202);
  for (const path of [...paths, group.path]) await gone(path);
  assert.equal(objects(), 0);
  assert.deepEqual(await drift(scoria.database), []);
});

test('volumes come and go all together or not at all', async () => {
  const group = await filled(1);
  const [inside] = group.volumes;
  const loose = await scoria.makeVolume({ volume_type: group.types[0] });
  const wrongType = await scoria.makeVolume({});
  const says = async (wanted: object, text: RegExp) => {
    const told = await change(group.path, wanted);
    assert.equal(told.status, 400, told.text);
    assert.match(message(told), text);
  };
  await says({}, /can not be all empty/);
  await says({ add_volumes: absent }, /Cannot add volume .* because volume cannot be found/);
  await says({ add_volumes: 'x' }, /Cannot add volume x .* because volume cannot be found/);
  await says({ name: 'n', add_volumes: wrongType.id }, /is not supported by the group/);
  await says({ remove_volumes: loose.id }, /because it is not in the group/);
  await says({ add_volumes: inside.id, remove_volumes: inside.id }, /at the same time/);
  // Wherever the scheduler has put it, the group was elsewhere.
  await run(`UPDATE groups SET backend = 'far@away' WHERE id = :id::uuid`, { id: group.id });
  await says({ add_volumes: loose.id }, /it is not on the back end of the group/);
  await run(
    `UPDATE groups SET backend = (SELECT split_part(v.host, '#', 1) FROM volumes v WHERE v.id = :volume::uuid)
    WHERE id = :id::uuid`,
    { id: group.id, volume: loose.id },
  );
  await run(`UPDATE volumes SET status = 'error' WHERE id = :id::uuid`, { id: loose.id });
  await says({ add_volumes: loose.id }, /volume is in an invalid state: error/);
  assert.deepEqual((await shown(group.path)).volumes, [inside.id]);
  await run(`UPDATE volumes SET status = 'available' WHERE id = :id::uuid`, { id: loose.id });
  scoria.database.take();
  const done = await change(group.path, { name: 'n', add_volumes: `${loose.id},${inside.id}` });
  assert.deepEqual([done.status, done.text], [202, '']);
  assert.deepEqual(
    scoria.database.take().filter((name) => name.startsWith('groups.')),
    ['groups.update'],
  );
  const now = await shown(group.path);
  assert.deepEqual([now.name, now.status, now.volumes.length], ['n', 'available', 2]);
  assert.equal((await ask('DELETE', `/v3/volumes/${loose.id}`)).status, 400);
  await change(group.path, { remove_volumes: `${loose.id}, ${inside.id}` });
  assert.deepEqual((await shown(group.path)).volumes, []);
  await run(`UPDATE groups SET status = 'error' WHERE id = :id::uuid`, { id: group.id });
  await says({ add_volumes: loose.id }, /status must be available, but current status is: error/);
  assert.equal((await change(group.path, { description: 'only words' })).status, 202);
  assert.equal((await shown(group.path)).status, 'error');
  assert.equal((await remove(group.path, false)).status, 202);
  await gone(group.path);
});

test('a group is not deleted while something stands in the way, and nothing of it then', async () => {
  const group = await filled(2);
  const [first] = group.volumes;
  const says = async (told: { status: number; body: Record<string, { message: string }> }, text: RegExp) => {
    assert.equal(told.status, 400);
    assert.match(message(told), text);
  };
  await says(await remove(group.path, false), /still contains volumes/);
  const taken = await ask('POST', '/v3/snapshots', { snapshot: { volume_id: first.id } });
  await says(await remove(group.path), /a volume in it has snapshots/);
  const snapshot = `/v3/snapshots/${taken.body.snapshot.id}`;
  await scoria.until(snapshot, ({ body }) => body.snapshot.status === 'available');
  await ask('DELETE', snapshot);
  await gone(snapshot);
  await run(`UPDATE volumes SET status = 'in-use', attach_status = 'attached' WHERE id = :id::uuid`, { id: first.id });
  await says(await remove(group.path), /a volume in it is attached/);
  await run(`UPDATE volumes SET status = 'extending', attach_status = 'detached' WHERE id = :id::uuid`, {
    id: first.id,
  });
  await says(await remove(group.path), /something is being done with a volume in it/);
  await run(`UPDATE volumes SET status = 'available' WHERE id = :id::uuid`, { id: first.id });
  for (const volume of group.volumes) {
    assert.equal((await ask('GET', `/v3/volumes/${volume.id}`)).body.volume.status, 'available');
  }
  assert.equal((await remove(group.path)).status, 202);
  await gone(group.path);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a deletion that fails leaves an error with a user message, and may be asked for again', async () => {
  const group = await filled(2);
  for (const { id } of group.volumes) {
    for (const one of scoria.backends) one.knobs.set('remove', id, { kind: 'fail-before', failure: 'busy' });
  }
  await remove(group.path);
  await scoria.until(group.path, ({ body }) => body.group.status === 'error', { version });
  for (const { id } of group.volumes) {
    assert.equal((await ask('GET', `/v3/volumes/${id}`)).body.volume.status, 'error_deleting');
  }
  const told = await ask('GET', `/v3/messages?resource_uuid=${group.id}`);
  assert.deepEqual(
    told.body.messages.map((one: { event_id: string }) => one.event_id),
    ['VOLUME_GROUP_121_121'],
  );
  for (let round = 0; round < 2; round += 1) {
    await remove(group.path);
    const now = await scoria.until(group.path, ({ status, body }) => status === 404 || body.group.status === 'error', {
      version,
    });
    if (now.status === 404) break;
  }
  await gone(group.path);
  assert.equal(objects(), (await run('SELECT count(*)::int AS n FROM volumes WHERE host IS NOT NULL'))[0]?.n);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a group is copied with all its volumes, and is available when the last of them is', async () => {
  const group = await filled(3);
  const copy = (body: object, asked: Asked = {}) =>
    ask('POST', '/v3/groups/action', { 'create-from-src': body }, asked);
  const told = await copy({ name: 'copy', source_group_id: group.id });
  assert.equal(told.status, 202, told.text);
  const { id } = told.body.group;
  assert.deepEqual(told.body, { group: { id, name: 'copy' } });
  const path = `/v3/groups/${id}`;
  assert.match(
    message(await remove(group.path)),
    /another group is being made from it|cannot be deleted|changed at the same moment/,
  );
  await scoria.until(path, ({ body }) => body.group.status === 'available', { version });
  const now = await shown(path);
  assert.deepEqual([now.source_group_id, now.volumes.length, now.volume_types], [group.id, 3, group.types]);
  const sources = [];
  for (const volume of now.volumes) {
    const one = (await ask('GET', `/v3/volumes/${volume}`)).body.volume;
    assert.equal(one.status, 'available');
    sources.push(one.source_volid);
  }
  assert.deepEqual(sources.sort(), group.volumes.map((one: { id: string }) => one.id).sort());
  const empty = await makeGroup();
  assert.match(message(await copy({ source_group_id: empty.id })), /it is empty/);
  assert.equal((await copy({ source_group_id: absent })).status, 404);
  assert.equal((await copy({ group_snapshot_id: absent })).status, 404);
  assert.equal((await copy({})).status, 400);
  assert.equal((await copy({ source_group_id: group.id, group_snapshot_id: absent })).status, 400);
  assert.equal((await copy({ source_group_id: group.id }, { as: 'otherMember' })).status, 404);
  for (const one of [path, group.path]) {
    assert.equal((await remove(one)).status, 202);
    await gone(one);
  }
  assert.deepEqual(await drift(scoria.database), []);
});

test('a copy with a volume that cannot be made is an error', async () => {
  const group = await filled(2);
  for (const one of scoria.backends) one.knobs.set('create', '*', { kind: 'fail-before', failure: 'fatal' }, 1);
  const told = await ask('POST', '/v3/groups/action', { 'create-from-src': { source_group_id: group.id } });
  const path = `/v3/groups/${told.body.group.id}`;
  await scoria.until(path, ({ body }) => body.group.status === 'error', { version });
  await scoria.until(
    '/v3/volumes/detail',
    ({ body }) => body.volumes.every((one: { status: string }) => one.status !== 'creating'),
    { version },
  );
  for (const one of scoria.backends) one.knobs.clear();
  for (const one of [path, group.path]) {
    assert.equal((await remove(one)).status, 202);
    await gone(one);
  }
  assert.deepEqual(await drift(scoria.database), []);
});

test('an admin writes any status over any other, and replication is refused with its reason', async () => {
  const group = await makeGroup();
  const act = (body: object, as = 'admin') => ask('POST', `${group.path}/action`, body, { as });
  for (const status of ['creating', 'available', 'error', 'in-use']) {
    assert.equal((await act({ reset_status: { status } })).status, 202);
    assert.equal((await shown(group.path)).status, status);
  }
  assert.equal((await act({ reset_status: { status: 'odd' } })).status, 400);
  assert.equal((await act({ reset_status: { status: 'error' } }, 'member')).status, 403);
  for (const name of ['enable', 'disable', 'failover'].map((one) => `${one}_replication`)) {
    const told = await act({ [name]: {} }, 'member');
    assert.equal(message(told), `Invalid group type: Group ${group.id} is not a replication group type.`);
  }
  assert.equal((await act({ list_replication_targets: {} })).status, 400);
});
