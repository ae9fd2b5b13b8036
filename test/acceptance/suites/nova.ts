// A real Nova: its hosts are told of volumes that have changed, and it is asked before something is taken from a
// server.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { systemClock } from '../../../infra/clock/system.ts';
import { novaCompute } from '../../../infra/compute/nova.ts';
import { serviceSessions } from '../../../infra/identity/node.ts';
import { silentLog } from '../../../infra/log/lines.ts';
import { ask, openstack, signIn } from '../clients.ts';
import { type RealNova, startWithNova } from '../nova.ts';
import { type Service, until } from '../service.ts';

let nova: RealNova;
let service: Service;
before(async () => {
  ({ nova, service } = await startWithNova());
});
after(async () => {
  await nova?.kill();
  await service?.stop();
});

const demo = () => openstack(service, 'scoria').at('3.70');
const tell = (server: string) => until(async () => nova.told().filter((one) => one.server === server), some, 90_000);
const some = (told: readonly unknown[]) => told.length > 0;

/** A volume that a server of Nova has, attached as Nova does it. */
async function attached(name: string, isOnHost = true) {
  const { id: volume } = await demo().json('volume create --size 1', name);
  await demo().becomes('available', 'volume show', name);
  const server = randomUUID();
  const token = await signIn(service, 'demo');
  const connector = { host: 'host-1', ip: '127.0.0.1' };
  const body = { attachment: { volume_uuid: volume, instance_uuid: server, connector } };
  const made = await ask(service, token, 'POST', '/v3/attachments', body);
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const attachment: string = made.body.attachment.id;
  await nova.add(server, volume, attachment, isOnHost);
  const done = await ask(service, token, 'POST', `/v3/attachments/${attachment}/action`, { 'os-complete': null });
  assert.equal(done.status, 204);
  return { volume, server, attachment };
}

test('the host of a server is told that its volume has grown, and of a server that no host has nobody is', async () => {
  const { volume, server } = await attached('grows');
  const shelved = await attached('shelved', false);
  await demo().run('volume set --size 2', shelved.volume);
  await demo().run('volume set --size 2 grows');
  assert.deepEqual(await tell(server), [{ name: 'volume-extended', server, tag: volume, status: 'completed' }]);
  assert.equal((await demo().becomes('in-use', 'volume show grows')).size, 2);
  assert.equal((await demo().becomes('in-use', 'volume show shelved')).size, 2);
  assert.equal(nova.told().length, 1);
  assert.deepEqual(await demo().json('volume message list'), []);
});

test('what Nova says a server has is not taken from it; what it has no more is', async () => {
  const { volume, server, attachment } = await attached('kept');
  const refused = await demo().refused('volume attachment delete', attachment);
  assert.match(refused, new RegExp(`Detach volume from instance ${server} using the Compute API`));
  const byAdmin = await openstack(service, 'scoria-admin').at('3.70').refused('volume attachment delete', attachment);
  assert.match(byAdmin, /using the Compute API/);
  await nova.detach(server, volume);
  await demo().run('volume attachment delete', attachment);
  await demo().becomes('available', 'volume show kept');
  // A server that was deleted is no reason either.
  const gone = await attached('left');
  await nova.detach(gone.server, gone.volume);
  await demo().run('volume attachment delete', gone.attachment);
});

test('a Nova that is killed keeps everybody from taking, and is told of what has grown once it is back', async () => {
  const { server, attachment } = await attached('waits');
  await nova.kill();
  assert.match(await demo().refused('volume attachment delete', attachment), /using the Compute API/);
  await demo().run('volume set --size 2 waits');
  await demo().becomes('in-use', 'volume show waits');
  await nova.start();
  assert.equal((await tell(server)).length, 1);
});

test('a volume in use is migrated, and retyped, to another back end by having its server go over', async () => {
  const admin = openstack(service, 'scoria-admin').at('3.70');
  for (const name of ['one', 'two'])
    await admin.run(`volume type create --property volume_backend_name=${name} on-${name}`);
  const { volume, server, attachment: first } = await attached('moves');
  const show = () => admin.json('volume show', volume);
  const from = (await show())['os-vol-host-attr:host'];
  const [, to] = from.includes('@one') ? ['one', 'two'] : ['two', 'one'];
  const pool = from.replace(/@(one|two)/, `@${to}`);
  await admin.run('volume migrate --host', pool.replace(/#(one|two)/, `#${to}`), volume);
  const [swapped] = await tell(server);
  assert.deepEqual([swapped?.name, swapped?.tag], ['swapped', volume]);
  const moved = await until(show, ({ migration_status: status }) => status === 'success');
  assert.ok(moved['os-vol-host-attr:host'].includes(`@${to}`));
  assert.equal(moved.status, 'in-use');
  assert.deepEqual(
    moved.attachments.map((one: { attachment_id: string }) => one.attachment_id),
    [swapped?.status],
  );
  assert.notEqual(swapped?.status, first);
  await admin.run(`volume set --type on-${from.includes('@one') ? 'one' : 'two'} --retype-policy on-demand`, volume);
  await until(
    async () => nova.told().filter((one) => one.server === server),
    ({ length }) => length === 2,
    90_000,
  );
  const back = await until(show, ({ status, migration_status: how }) => status === 'in-use' && how === 'success');
  assert.equal(back['os-vol-host-attr:host'].split('#')[0], from.split('#')[0]);
  assert.equal(
    (await admin.json('volume list --all-projects')).filter((one: { Name: string }) => one.Name === 'moves').length,
    1,
  );
});

test('every event of ours is one that Nova knows', async () => {
  const { volume, server } = await attached('known');
  const user = { name: 'admin', password: 'admin-secret', project: 'admin', userDomain: 'Default' };
  const session = serviceSessions({ http: fetch, clock: systemClock(), log: silentLog });
  const compute = novaCompute({
    url: nova.url,
    session: session(`${service.url}/identity`, { ...user, projectDomain: 'Default' }),
    http: fetch,
  });
  const signal = AbortSignal.timeout(30_000);
  for (const status of ['completed', 'failed'] as const) {
    assert.equal(await compute.tell({ name: 'volume-reimaged', server, volume, status }, signal), true);
  }
  assert.equal(
    await compute.tell({ name: 'volume-reimaged', server: volume, volume, status: 'failed' }, signal),
    false,
  );
  assert.equal(await compute.uses(server, volume, signal), true);
  assert.equal(await compute.uses(server, server, signal), false);
  assert.equal(await compute.uses(volume, volume, signal), false);
  const told = await until(
    async () => nova.told().filter((one) => one.server === server),
    ({ length }) => length === 2,
  );
  assert.deepEqual(told.map(({ status }) => status).sort(), ['completed', 'failed']);
});
