// Failing over a whole back end, and the replication of groups, on a back end that replicates.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ one: { targets: ['remote', 'other'] } });
  for (const [name, extra_specs] of [
    ['copied', { volume_backend_name: 'one', replication_enabled: '<is> True' }],
    ['alone', { volume_backend_name: 'one' }],
  ] as const) {
    await ask('POST', '/types', { volume_type: { name, extra_specs } });
  }
});
after(() => scoria.close());

const ask = (method: string, path: string, body?: object, as = 'admin') =>
  scoria.ask(method, `/v3${path}`, { as, version: '3.71', ...(body === undefined ? {} : { body }) });
const failover = (body: object) => ask('PUT', '/os-services/failover', { host: 'test@one', ...body });
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message ?? '';
const serviceIs = async (status: string) => {
  const told = await scoria.until(
    '/v3/os-services?host=test@one',
    ({ body }) => body.services[0].replication_status === status,
    { as: 'admin', version: '3.71' },
  );
  return told.body.services[0];
};
const volume = async (id: string) => (await ask('GET', `/volumes/${id}`)).body.volume;
const eventsOf = async (id: string) => {
  const text = `SELECT e.type FROM events e WHERE e.resource_id = '${id}' ORDER BY e.sequence`;
  return (await scoria.database.all<{ type: string }>(sql('test.events', text))).map(({ type }) => type);
};
const eachOnce = [
  ...['enable_replication.start', 'enable_replication.end'],
  ...['failover_replication.start', 'failover_replication.end'],
  ...['failover_replication.start', 'failover_replication.end'],
  ...['disable_replication.start', 'disable_replication.end'],
  ...['enable_replication.start', 'enable_replication.error'],
  ...['enable_replication.start', 'enable_replication.end'],
];
const bytes = new Uint8Array(1000).map((_, index) => index % 201);
const store = () => scoria.backends[0]?.store ?? assert.fail();

test('a back end that replicates says so, and its volumes of such a type are copied', async () => {
  assert.equal((await serviceIs('enabled')).active_backend_id, null);
  const told = await ask('GET', '/capabilities/test@one');
  assert.deepEqual(told.body.replication_targets, ['remote', 'other']);
  assert.ok('replication_enabled' in told.body.properties);
  const { id } = await scoria.makeVolume({ volume_type: 'copied' });
  assert.equal((await volume(id)).replication_status, 'enabled');
  const refused = await ask('POST', `/volumes/${id}/action`, { 'os-migrate_volume': { host: 'test@two#pool' } });
  assert.equal(refused.status, 400);
  await ask('DELETE', `/volumes/${id}`);
});

test('a failover finds the copied volumes at the target and makes the others errors; a failback gives all back', async () => {
  const { id: copied } = await scoria.makeVolume({ volume_type: 'copied' });
  const { id: alone } = await scoria.makeVolume({ volume_type: 'alone' });
  const { id: used } = await scoria.makeVolume({ volume_type: 'alone' });
  const instance_uuid = '7d4a2f0e-1c1b-4c70-9f0e-3a5b8f6f0001';
  const attach = { 'os-attach': { instance_uuid, mountpoint: '/dev/vdb', mode: 'rw' } };
  assert.equal((await ask('POST', `/volumes/${used}/action`, attach)).status, 202);
  store().write(copied, 0, bytes);
  store().write(alone, 0, bytes);
  assert.equal((await failover({ backend_id: 'remote' })).status, 202);
  const over = await serviceIs('failed-over');
  assert.deepEqual([over.active_backend_id, over.status, over.disabled_reason], ['remote', 'disabled', 'failed-over']);
  const [there, lost] = [await volume(copied), await volume(alone)];
  assert.deepEqual([there.status, there.replication_status], ['available', 'failed-over']);
  assert.deepEqual([lost.status, lost.replication_status], ['error', 'failover-error']);
  assert.equal((await volume(used)).status, 'error', 'a server uses what is not at the target');
  assert.deepEqual(store().read(copied, 0, bytes.length), bytes);
  const attached = await ask('POST', `/volumes/${copied}/action`, {
    'os-initialize_connection': { connector: { host: 'h' } },
  });
  assert.equal(attached.status, 200, attached.text);

  assert.match(
    message(await failover({ backend_id: 'remote' })),
    /^Invalid Replication Target: remote serves test@one already/,
  );
  assert.match(message(await failover({ backend_id: 'nowhere' })), /no target nowhere; it has remote, other/);

  assert.equal((await failover({})).status, 202, 'to the other target');
  await scoria.until('/v3/os-services?host=test@one', ({ body }) => body.services[0].active_backend_id === 'other', {
    as: 'admin',
    version: '3.71',
  });
  assert.equal((await failover({ backend_id: 'default' })).status, 202);
  const home = await serviceIs('enabled');
  assert.deepEqual([home.active_backend_id, home.status, home.disabled_reason], [null, 'enabled', null]);
  const [again, found] = [await volume(copied), await volume(alone)];
  assert.deepEqual([again.status, again.replication_status], ['available', 'enabled']);
  assert.deepEqual([found.status, found.replication_status], ['available', null]);
  assert.equal((await volume(used)).status, 'in-use', 'and has it again');
  assert.match(message(await failover({ backend_id: 'default' })), /is not failed over/);
  await ask('POST', `/volumes/${used}/action`, { 'os-detach': {} });
  for (const id of [copied, alone, used]) await ask('DELETE', `/volumes/${id}`);
});

test('a lost answer of a failover is tried again; one that fails says so and may be asked again', async () => {
  const { id } = await scoria.makeVolume({ volume_type: 'copied' });
  const { knobs } = scoria.backends[0] ?? assert.fail();
  knobs.set('replication.failover', '-', { kind: 'fail-after' });
  await failover({});
  await serviceIs('failed-over');
  knobs.set('replication.locate', '-', { kind: 'fail-before', failure: 'fatal' });
  await failover({ backend_id: 'default' });
  await serviceIs('failover-error');
  await failover({ backend_id: 'default' });
  assert.equal((await serviceIs('enabled')).active_backend_id, null);
  assert.equal((await volume(id)).replication_status, 'enabled');
  await ask('DELETE', `/volumes/${id}`);
});

test('a frozen back end is disabled for that reason, and stays so through a failback until it is thawed', async () => {
  const put = (action: string) => ask('PUT', `/os-services/${action}`, { host: 'test@one' });
  const service = async () => (await ask('GET', '/os-services?host=test@one')).body.services[0];
  assert.match(message(await put('thaw')), /Host is not Frozen/);
  assert.equal((await put('freeze')).status, 200);
  assert.match(message(await put('freeze')), /Host is already Frozen/);
  const { frozen, status, disabled_reason } = await service();
  assert.deepEqual([frozen, status, disabled_reason], [true, 'disabled', 'frozen']);
  await failover({});
  await serviceIs('failed-over');
  await failover({ backend_id: 'default' });
  const home = await serviceIs('enabled');
  assert.deepEqual([home.frozen, home.status, home.disabled_reason], [true, 'disabled', 'frozen']);
  assert.equal((await put('thaw')).status, 200);
  const thawed = await service();
  assert.deepEqual([thawed.frozen, thawed.status, thawed.disabled_reason], [false, 'enabled', null]);
});

test('a group of a replication type is enabled, failed over and back, and disabled, with its volumes', async () => {
  const type = await ask('POST', '/group_types', { group_type: { name: 'replicated' } });
  const typeId = type.body.group_type.id;
  await ask('POST', `/group_types/${typeId}/group_specs`, { group_specs: { group_replication_enabled: '<is> True' } });
  const made = await ask(
    'POST',
    '/groups',
    { group: { name: 'g', group_type: typeId, volume_types: ['copied'] } },
    'member',
  );
  const { id } = made.body.group;
  const act = (body: object, as = 'member') => ask('POST', `/groups/${id}/action`, body, as);
  const groupIs = (status: string) =>
    scoria.until(`/v3/groups/${id}`, ({ body }) => body.group.replication_status === status, { version: '3.71' });
  assert.match(message(await act({ enable_replication: {} })), /cannot be enabled: it is empty/);
  const member = await scoria.makeVolume({ volume_type: 'copied', group_id: id }, { version: '3.71' });
  const targets = await act({ list_replication_targets: {} });
  assert.deepEqual(targets.body, { replication_targets: [{ backend_id: 'remote' }, { backend_id: 'other' }] });
  assert.match(message(await act({ disable_replication: {} })), /its replication status must be enabled or error/);
  assert.equal((await act({ enable_replication: {} })).status, 202);
  await groupIs('enabled');
  assert.match(
    message(await act({ failover_replication: { secondary_backend_id: 'nowhere' } })),
    /cannot be failed over: its back end has no such target/,
  );
  assert.equal((await act({ failover_replication: { secondary_backend_id: 'other' } })).status, 202);
  await groupIs('failed-over');
  assert.equal((await volume(member.id)).replication_status, 'failed-over');
  assert.equal(store().objects.get(`volume-${member.id}`)?.servedBy, 'other');
  assert.equal((await act({ failover_replication: { secondary_backend_id: 'default' } })).status, 202);
  await groupIs('enabled');
  assert.equal((await act({ disable_replication: {} })).status, 202);
  await groupIs('disabled');
  assert.equal((await volume(member.id)).replication_status, 'disabled');
  assert.equal(store().objects.get(`volume-${member.id}`)?.isReplicated, false);

  scoria.backends[0]?.knobs.set('replication.enable', '-', { kind: 'fail-before', failure: 'fatal' });
  await act({ enable_replication: {} });
  await groupIs('error');
  const told = await ask('GET', `/messages?resource_uuid=${id}`, undefined, 'member');
  assert.match(told.body.messages[0].user_message, /enable replication:Driver failed to replicate/);
  assert.equal((await act({ enable_replication: {} })).status, 202, 'an error can be mended');
  await groupIs('enabled');
  for (const [resource, resourceId] of Object.entries({ group: id, volume: member.id })) {
    const types = (await eventsOf(resourceId)).filter((one) => one.includes('_replication.'));
    assert.deepEqual(
      types,
      eachOnce.map((move) => `${resource}.${move}`),
      'each step has one event, of the group and of its member',
    );
  }
  assert.deepEqual(await drift(scoria.database), []);
});
