import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Actor } from '../../infra/identity/port.ts';
import { chap } from '../../test/harness/canaries.ts';
import { people, projects } from '../../test/harness/people.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';
import { mayDetach } from './service.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  await scoria.database.all({
    name: 'test.quota',
    text: `INSERT INTO quotas (project_id, resource, hard_limit) VALUES
      ('${projects.own}', 'volumes', -1), ('${projects.own}', 'gigabytes', -1)`,
  });
});
after(() => scoria.close());

const version = '3.54';
const server = '77777777-7777-4777-8777-777777777777';
const connector = { host: 'compute-1', ip: '192.0.2.1', initiator: 'iqn.x', mountpoint: '/dev/vdb' };

const post = (attachment: object, asked: Asked = {}) =>
  scoria.ask('POST', '/v3/attachments', { version, body: { attachment }, ...asked });
const put = (id: string, given: object, asked: Asked = {}) =>
  scoria.ask('PUT', `/v3/attachments/${id}`, { version, body: { attachment: { connector: given } }, ...asked });
const complete = (id: string) =>
  scoria.ask('POST', `/v3/attachments/${id}/action`, { version, body: { 'os-complete': null } });
const remove = (id: string, asked: Asked = {}) => scoria.ask('DELETE', `/v3/attachments/${id}`, { version, ...asked });
const asNova = { headers: { 'X-Service-Token': 'service' } };
const volumeOf = async (id: string) => (await scoria.ask('GET', `/v3/volumes/${id}`, { as: 'admin' })).body.volume;

/** On how many attachments the back ends have the volume open. */
const open = (id: string) =>
  scoria.backends.reduce((sum, { store }) => sum + (store.objects.get(`volume-${id}`)?.hosts.size ?? 0), 0);

test('an attachment is reserved, connected, completed and removed, and its volume goes along', async () => {
  const { id: volume } = await scoria.makeVolume();
  const made = await post({ volume_uuid: volume, instance_uuid: server });
  assert.equal(made.status, 200, made.text);
  const { id, ...rest } = made.body.attachment;
  assert.deepEqual(rest, {
    status: 'reserved',
    instance: server,
    volume_id: volume,
    attached_at: '',
    detached_at: '',
    attach_mode: 'null',
    connection_info: {},
  });
  assert.equal((await volumeOf(volume)).status, 'reserved');
  assert.deepEqual((await volumeOf(volume)).attachments, []);

  const set = await put(id, connector);
  assert.equal(set.status, 200, set.text);
  assert.equal(set.body.attachment.status, 'attaching');
  assert.equal(set.body.attachment.attach_mode, 'rw');
  assert.deepEqual(set.body.attachment.connection_info, {
    access_mode: 'rw',
    attachment_id: id,
    cacheable: false,
    device_path: `/memory/volume-${volume}`,
    driver_volume_type: 'local',
    encrypted: false,
    enforce_multipath: false,
    qos_specs: null,
    volume_id: volume,
    ...chap,
  });
  assert.equal((await volumeOf(volume)).status, 'attaching');
  assert.equal(open(volume), 1);

  const done = await complete(id);
  assert.equal(done.status, 204, done.text);
  assert.equal((await complete(id)).status, 204);
  const used = await volumeOf(volume);
  assert.equal(used.status, 'in-use');
  assert.equal(used.metadata.attached_mode, 'rw');
  assert.equal(used.attachments[0].attachment_id, id);
  assert.equal(used.attachments[0].host_name, 'compute-1');
  assert.equal(used.attachments[0].device, '/dev/vdb');
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${volume}`)).status, 400);

  const gone = await remove(id, asNova);
  assert.equal(gone.status, 200, gone.text);
  assert.deepEqual(gone.body, { attachments: [] });
  assert.equal(open(volume), 0);
  const free = await volumeOf(volume);
  assert.equal(free.status, 'available');
  assert.equal(free.metadata.attached_mode, undefined);
  assert.equal((await scoria.ask('GET', `/v3/attachments/${id}`, { version })).status, 404);
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${volume}`)).status, 202);
});

test('a create with a connector connects at once', async () => {
  const { id: volume } = await scoria.makeVolume();
  const made = await post({ volume_uuid: volume, connector, mode: 'ro' });
  assert.equal(made.status, 200, made.text);
  assert.equal(made.body.attachment.status, 'attaching');
  assert.equal(made.body.attachment.attach_mode, 'ro');
  assert.equal(made.body.attachment.connection_info.access_mode, 'ro');
  assert.equal((await remove(made.body.attachment.id)).status, 200);
});

test('a read-only volume is connected read-only, whatever is asked for', async () => {
  const { id: volume } = await scoria.makeVolume();
  await scoria.ask('POST', `/v3/volumes/${volume}/action`, { body: { 'os-update_readonly_flag': { readonly: true } } });
  const made = await post({ volume_uuid: volume, connector, mode: 'rw' });
  assert.equal(made.body.attachment.attach_mode, 'ro');
  assert.equal(made.body.attachment.connection_info.access_mode, 'ro');
});

test('the mode of a reservation is the mode of its connection', async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume, mode: 'ro' })).body.attachment;
  const set = await put(id, { ...connector, mode: 'rw' });
  assert.equal(set.body.attachment.attach_mode, 'ro');
  assert.equal(set.body.attachment.connection_info.access_mode, 'ro');
});

test('a volume that is not multiattach has one attachment, but for another one of the same server', async () => {
  const { id: volume } = await scoria.makeVolume();
  const first = (await post({ volume_uuid: volume, instance_uuid: server, connector })).body.attachment.id;
  const other = await post({ volume_uuid: volume, instance_uuid: '88888888-8888-4888-8888-888888888888' });
  assert.equal(other.status, 400);
  assert.match(other.body.badRequest.message, /status must be available or downloading to reserve/);
  await complete(first);
  const second = await post({ volume_uuid: volume, instance_uuid: server });
  assert.equal(second.status, 200, second.text);
  const twice = await put(second.body.attachment.id, connector);
  assert.equal(twice.status, 409, twice.text);
  assert.match(twice.body.conflictingRequest.message, /duplicate connectors detected on volume/);
  assert.equal((await put(second.body.attachment.id, { ...connector, host: 'compute-2' })).status, 200);
  const rest = await remove(first, asNova);
  assert.deepEqual(
    rest.body.attachments.map((one: { id: string }) => one.id),
    [second.body.attachment.id],
  );
  assert.equal((await volumeOf(volume)).status, 'attaching');
});

test('lists show summaries and details, filter and page without a next link', async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume })).body.attachment;
  const list = await scoria.ask('GET', `/v3/attachments?volume_id=${volume}`, { version });
  assert.deepEqual(list.body, { attachments: [{ id, status: 'reserved', instance: null, volume_id: volume }] });
  const detail = await scoria.ask('GET', '/v3/attachments/detail?limit=1&status=reserved', { version });
  assert.equal(detail.body.attachments[0].attach_mode, 'null');
  assert.deepEqual(Object.keys(detail.body), ['attachments']);
  assert.equal((await scoria.ask('GET', '/v3/attachments?mountpoint=x', { version })).status, 400);
  assert.equal((await scoria.ask('GET', '/v3/attachments/summary', { version })).status, 404);
  assert.deepEqual((await scoria.ask('GET', '/v3/attachments', { version, as: 'otherMember' })).body.attachments, []);
});

test('a volume whose type says multiattach has several, and is in use until the last has gone', async () => {
  const extra = { extra_specs: { multiattach: '<is> True' } };
  const type = await scoria.ask('POST', '/v3/types', {
    as: 'admin',
    body: { volume_type: { name: 'shared', ...extra } },
  });
  assert.equal(type.status, 200, type.text);
  const { id: volume } = await scoria.makeVolume({ volume_type: 'shared' });
  const hosts = ['h1', 'h2', 'h2'];
  const made = await Promise.all(hosts.map((host) => post({ volume_uuid: volume, connector: { host } })));
  assert.deepEqual(
    made.map((one) => one.status),
    [200, 200, 200],
  );
  const ids = made.map((one) => one.body.attachment.id);
  for (const id of ids) assert.equal((await complete(id)).status, 204);
  assert.equal((await volumeOf(volume)).attachments.length, 3);
  assert.equal((await remove(ids[1])).status, 200);
  // The other attachment of the same host keeps it open.
  assert.equal(open(volume), 3);
  assert.equal((await volumeOf(volume)).status, 'in-use');
  assert.equal((await remove(ids[2])).status, 200);
  assert.equal(open(volume), 1);
  assert.equal((await remove(ids[0])).status, 200);
  assert.equal((await volumeOf(volume)).status, 'available');
});

test('what a server uses is taken away by a service token only: not by an admin either', async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume, instance_uuid: server, connector })).body.attachment;
  const text = `ConflictNovaUsingAttachment: Detach volume from instance ${server} using the Compute API`;
  const act = (name: string, value: unknown, asked: Asked = {}) =>
    scoria.ask('POST', `/v3/volumes/${volume}/action`, { body: { [name]: value }, ...asked });
  for (const told of [
    await remove(id),
    await remove(id, { as: 'admin' }),
    await remove(id, { headers: { 'X-Service-Token': 'member' } }),
    await remove(id, { as: 'admin', headers: { 'X-Service-Token': 'admin' } }),
    await act('os-detach', { attachment_id: id }),
    await act('os-detach', { attachment_id: id }, { as: 'admin' }),
    await act('os-detach', null, { as: 'admin' }),
    await act('os-force_detach', { attachment_id: id }, { as: 'admin' }),
    await act('os-force_detach', {}, { as: 'admin' }),
    await act('os-terminate_connection', { connector }, { as: 'admin' }),
    await act('os-detach', null),
    await act('os-terminate_connection', { connector }),
  ]) {
    assert.equal(told.status, 409, told.text);
    assert.equal(told.body.conflictingRequest.message, text);
  }
  assert.equal(open(volume), 1);
  const gone = await remove(id, asNova);
  assert.equal(gone.status, 200, gone.text);
  assert.equal((await volumeOf(volume)).status, 'available');
  const reserved = (await post({ volume_uuid: volume, instance_uuid: server })).body.attachment.id;
  assert.equal((await remove(reserved)).status, 200);
});

test('an attachment of another project answers as one that is not there', async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume })).body.attachment;
  const absent = '22222222-2222-4222-8222-222222222222';
  for (const which of [id, absent]) {
    const as = 'otherMember';
    for (const told of [await put(which, connector, { as }), await remove(which, { as })]) {
      assert.equal(told.status, 404);
      assert.equal(told.body.itemNotFound.message, `Attachment ${which} could not be found.`);
    }
  }
  assert.equal((await post({ volume_uuid: volume }, { as: 'otherMember' })).status, 404);
});

test('the role service of the own token does not make a request one of Nova', () => {
  const everything = { ...people.member, roles: new Set(['admin', 'service', 'member']) } as Actor; // it is there: people.ts
  assert.equal(mayDetach({ actor: everything, service: null }), false);
  assert.equal(mayDetach({ actor: everything, service: { ...everything, roles: new Set(['admin']) } }), false);
  assert.equal(mayDetach({ actor: everything, service: everything }), true);
});
