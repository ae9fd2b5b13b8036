// What Nova is asked before something is taken from a server (CVE-2023-2088), and what it is told.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { memoryNova } from '../../infra/compute/memory.ts';
import { projects } from '../../test/harness/people.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';

const nova = memoryNova();
let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ nova });
  const text = `INSERT INTO quotas (project_id, resource, hard_limit) VALUES ('${projects.own}', 'volumes', -1),
    ('${projects.own}', 'gigabytes', -1)`;
  await scoria.database.all({ name: 'test.quota', text });
});
after(() => scoria.close());
beforeEach(() => {
  nova.servers.clear();
  Object.assign(nova.knobs, { isAway: false, status: null });
});

const version = '3.54';
const connector = { host: 'compute-1', ip: '192.0.2.1', initiator: 'iqn.x', mountpoint: '/dev/vdb' };
const open = (id: string) =>
  scoria.backends.reduce((sum, { store }) => sum + (store.objects.get(`volume-${id}`)?.hosts.size ?? 0), 0);

/** A volume with the attachment of a server, which Nova knows of or not. */
async function attached(isKnown: boolean, server: string = randomUUID()) {
  const { id: volume } = await scoria.makeVolume();
  if (isKnown) nova.servers.set(server, new Set([volume]));
  const body = { attachment: { volume_uuid: volume, instance_uuid: server, connector } };
  const made = await scoria.ask('POST', '/v3/attachments', { version, body });
  assert.equal(made.status, 200, made.text);
  const id = made.body.attachment.id as string;
  const act = (body: object, asked: Asked = {}) =>
    scoria.ask('POST', `/v3/volumes/${volume}/action`, { body, ...asked });
  const ways: Readonly<Record<string, (asked?: Asked) => Promise<Told>>> = {
    DELETE: (asked) => scoria.ask('DELETE', `/v3/attachments/${id}`, { version, ...asked }),
    'os-detach of it': (asked) => act({ 'os-detach': { attachment_id: id } }, asked),
    'os-detach of the only one': (asked) => act({ 'os-detach': null }, asked),
    'os-force_detach by an admin': (asked) =>
      act({ 'os-force_detach': { attachment_id: id } }, { as: 'admin', ...asked }),
    'DELETE by an admin': (asked) => scoria.ask('DELETE', `/v3/attachments/${id}`, { version, as: 'admin', ...asked }),
    'os-terminate_connection': (asked) => act({ 'os-terminate_connection': { connector: null } }, asked),
  };
  return { volume, server, id, ways };
}

function assertRefused(told: Told, server: string) {
  assert.equal(told.status, 409, told.text);
  const text = `ConflictNovaUsingAttachment: Detach volume from instance ${server} using the Compute API`;
  assert.equal(told.body.conflictingRequest.message, text);
}

const everyWay = [
  'DELETE',
  'DELETE by an admin',
  'os-detach of it',
  'os-detach of the only one',
  'os-force_detach by an admin',
  'os-terminate_connection',
];
for (const way of everyWay) {
  test(`${way}: what no server has (any more) its project may take away, in one statement more`, async () => {
    const { volume, ways } = await attached(false);
    const told = await ways[way]?.();
    assert.ok(told !== undefined && told.status < 300, told?.text);
    assert.equal(open(volume), 0);
  });

  test(`${way}: what a server has stays, and so it does when Nova cannot be asked or somebody else answers`, async () => {
    const { volume, server, ways } = await attached(true);
    const refuse = async () => assertRefused((await ways[way]?.()) ?? assert.fail(), server);
    await refuse();
    nova.servers.clear();
    nova.knobs.isAway = true;
    await refuse();
    nova.knobs.isAway = false;
    for (const status of [200, 403, 404, 500]) {
      nova.knobs.status = status;
      await refuse();
    }
    assert.equal(open(volume), 1);
  });

  test(`${way}: another project's is not found, and Nova is not asked`, async () => {
    const { ways, volume } = await attached(false);
    nova.knobs.isAway = true;
    assert.equal((await ways[way]?.({ as: 'otherMember' }))?.status, 404);
    assert.equal(open(volume), 1);
  });
}

test('a server that has the volume by another attachment keeps both: so it is amid a live migration', async () => {
  const { server, volume, ways } = await attached(false);
  nova.servers.set(server, new Set([volume]));
  assertRefused((await ways.DELETE?.()) ?? assert.fail(), server);
});

test('a connection is ended only when none of the servers of the volume has it', async () => {
  const specs = { multiattach: '<is> True' };
  await scoria.ask('POST', '/v3/types', { as: 'admin', body: { volume_type: { name: 'shared', extra_specs: specs } } });
  const { id: volume } = await scoria.makeVolume({ volume_type: 'shared' });
  const servers = [randomUUID(), randomUUID()];
  for (const [n, instance_uuid] of servers.entries()) {
    const own = { ...connector, host: `compute-${n}` };
    const body = { attachment: { volume_uuid: volume, instance_uuid, connector: own } };
    assert.equal((await scoria.ask('POST', '/v3/attachments', { version, body })).status, 200);
  }
  const terminate = () =>
    scoria.ask('POST', `/v3/volumes/${volume}/action`, { body: { 'os-terminate_connection': { connector: null } } });
  for (const server of servers) {
    nova.servers.clear();
    nova.servers.set(server, new Set([volume]));
    assert.equal((await terminate()).status, 409);
  }
  assert.equal(open(volume), 2);
  nova.servers.clear();
  assert.equal((await terminate()).status, 202);
  assert.equal(open(volume), 0);
});
