import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chap } from '../../../test/harness/canaries.ts';
import { projects } from '../../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../../test/harness/scoria.ts';

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

const server = '77777777-7777-4777-8777-777777777777';
const connector = { host: 'compute-1', multipath: true, enforce_multipath: true };

const volumeOf = async (id: string) => (await scoria.ask('GET', `/v3/volumes/${id}`)).body.volume;
const open = (id: string) =>
  scoria.backends.reduce((sum, { store }) => sum + (store.objects.get(`volume-${id}`)?.hosts.size ?? 0), 0);

async function acting() {
  const { id } = await scoria.makeVolume();
  const act = (name: string, value: unknown = null, as = 'member') =>
    scoria.ask('POST', `/v3/volumes/${id}/action`, { as, body: { [name]: value } });
  return { id, act, status: async () => (await volumeOf(id)).status };
}

test('the older way: reserve, connect, attach; begin detaching, disconnect, detach', async () => {
  const { id, act, status } = await acting();
  assert.equal((await act('os-reserve')).status, 202);
  assert.equal(await status(), 'attaching');
  const told = await act('os-initialize_connection', { connector });
  assert.equal(told.status, 200, told.text);
  assert.deepEqual(told.body, {
    connection_info: {
      driver_volume_type: 'local',
      data: {
        device_path: `/memory/volume-${id}`,
        volume_id: id,
        access_mode: 'rw',
        qos_specs: null,
        encrypted: false,
        cacheable: false,
        ...chap,
      },
      enforce_multipath: true,
    },
  });
  assert.equal(open(id), 1);
  const attached = await act('os-attach', { instance_uuid: server, mountpoint: '/dev/vdb' });
  assert.equal(attached.status, 202, attached.text);
  assert.equal((await act('os-attach', { instance_uuid: server, mountpoint: '/dev/vdb' })).status, 202);
  const used = await volumeOf(id);
  assert.equal(used.status, 'in-use');
  assert.equal(used.attachments.length, 1);
  assert.equal(used.attachments[0].device, '/dev/vdb');
  assert.equal(used.attachments[0].server_id, server);
  assert.equal(used.metadata.attached_mode, 'rw');

  assert.equal((await act('os-begin_detaching')).status, 202);
  assert.equal(await status(), 'detaching');
  assert.equal((await act('os-terminate_connection', { connector })).status, 202);
  assert.equal(open(id), 0);
  const detached = await act('os-detach', { attachment_id: used.attachments[0].attachment_id });
  assert.equal(detached.status, 202, detached.text);
  assert.equal(await status(), 'available');
  assert.deepEqual((await volumeOf(id)).attachments, []);
});

test('a reservation is taken back, and terminating a connection takes it back too', async () => {
  const { act, status } = await acting();
  assert.equal((await act('os-reserve')).status, 202);
  const again = await act('os-reserve');
  assert.equal(again.status, 400);
  assert.equal(
    again.body.badRequest.message,
    'Invalid volume: Volume status must be available to reserve, but the status is attaching.',
  );
  assert.equal((await act('os-unreserve')).status, 202);
  assert.equal(await status(), 'available');
  assert.equal((await act('os-unreserve')).status, 202);
  await act('os-reserve');
  assert.equal((await act('os-terminate_connection', { connector: null })).status, 202);
  assert.equal(await status(), 'available');
});

test('a detaching that was begun is taken back; where nothing was begun nothing happens', async () => {
  const { act, status } = await acting();
  assert.equal((await act('os-begin_detaching')).status, 400);
  assert.equal((await act('os-roll_detaching')).status, 202);
  assert.equal(await status(), 'available');
  await act('os-attach', { host_name: 'laptop', mountpoint: '/mnt', mode: 'ro' });
  assert.equal((await act('os-begin_detaching')).status, 202);
  assert.equal((await act('os-roll_detaching')).status, 202);
  assert.equal(await status(), 'in-use');
  assert.equal((await act('os-detach')).status, 202);
  assert.equal(await status(), 'available');
});

test('an attach is refused without a target, with two, and read-write on a read-only volume', async () => {
  const { act, status } = await acting();
  assert.equal((await act('os-attach', { mountpoint: '/mnt' })).status, 400);
  assert.equal((await act('os-attach', { mountpoint: '/mnt', host_name: 'h', instance_uuid: server })).status, 400);
  assert.equal((await act('os-attach', { host_name: 'h' })).status, 400);
  assert.equal((await act('os-attach', { mountpoint: '/mnt', host_name: 'h', mode: 'x' })).status, 400);
  await act('os-update_readonly_flag', { readonly: true });
  assert.equal((await act('os-attach', { mountpoint: '/mnt', host_name: 'h' })).status, 400);
  assert.equal(await status(), 'available');
  assert.equal((await act('os-attach', { mountpoint: '/mnt', host_name: 'h', mode: 'ro' })).status, 202);
  assert.equal(await status(), 'in-use');
});

test('an admin detaches by force what a server uses with a service token only; a member does not', async () => {
  const { id, act, status } = await acting();
  const made = await scoria.ask('POST', '/v3/attachments', {
    version: '3.54',
    body: { attachment: { volume_uuid: id, instance_uuid: server, connector } },
  });
  const attachment = made.body.attachment.id;
  assert.equal((await act('os-force_detach', { attachment_id: attachment })).status, 403);
  assert.equal((await act('os-force_detach', { attachment_id: server }, 'admin')).status, 404);
  assert.equal((await act('os-force_detach', { attachment_id: attachment, connector }, 'admin')).status, 409);
  assert.equal(open(id), 1);
  const body = { 'os-force_detach': { attachment_id: attachment, connector } };
  const asNova = { as: 'admin', headers: { 'X-Service-Token': 'service' }, body };
  const told = await scoria.ask('POST', `/v3/volumes/${id}/action`, asNova);
  assert.equal(told.status, 202, told.text);
  assert.equal(open(id), 0);
  assert.equal(await status(), 'available');
});

test('a reset of the attach status forgets the attachments, and the volume can be attached again', async () => {
  const { id, act, status } = await acting();
  await act('os-attach', { host_name: 'laptop', mountpoint: '/mnt' });
  await act('os-reset_status', { status: 'available', attach_status: 'detached' }, 'admin');
  assert.deepEqual((await volumeOf(id)).attachments, []);
  assert.equal((await act('os-attach', { host_name: 'laptop', mountpoint: '/mnt' })).status, 202);
  assert.equal(await status(), 'in-use');
});

test('an extension of a volume in use ends as its attachments say by then', async () => {
  const { id, act, status } = await acting();
  await act('os-attach', { host_name: 'laptop', mountpoint: '/mnt' });
  const told = await scoria.ask('POST', `/v3/volumes/${id}/action`, {
    version: '3.42',
    body: { 'os-extend': { new_size: 2 } },
  });
  assert.equal(told.status, 202);
  assert.equal((await act('os-detach')).status, 202);
  await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.status !== 'extending');
  assert.equal(await status(), 'available');
});
