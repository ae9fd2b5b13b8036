// Retype, migrate and revert: what changes a volume where it lives, or where.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drift } from '../../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  for (const [name, extra_specs] of [
    ['plain', {}],
    ['on-one', { volume_backend_name: 'one' }],
    ['on-two', { volume_backend_name: 'two' }],
    ['impossible', { volume_backend_name: 'three' }],
  ] as const) {
    const made = await scoria.ask('POST', '/v3/types', { as: 'admin', body: { volume_type: { name, extra_specs } } });
    assert.equal(made.status, 200, made.text);
  }
});
after(() => scoria.close());

const act = (id: string, body: object, as = 'member') =>
  scoria.ask('POST', `/v3/volumes/${id}/action`, { as, body, version: '3.71' });
const settled = (id: string) =>
  scoria.until(
    `/v3/volumes/${id}`,
    ({ body }) =>
      ['available', 'error'].includes(body.volume.status) &&
      !['starting', 'migrating', 'completing'].includes(body.volume.migration_status),
    { as: 'admin', version: '3.71' },
  );
const hostOf = (told: Awaited<ReturnType<typeof settled>>) => told.body.volume['os-vol-host-attr:host'];
const storeOf = (host: string) => scoria.backends[host.includes('@one') ? 0 : 1]?.store;

test('retype stays where it is when the pool satisfies the new type', async () => {
  const { id } = await scoria.makeVolume({ volume_type: 'on-one' });
  assert.equal((await act(id, { 'os-retype': { new_type: 'plain' } })).status, 202);
  const told = await settled(id);
  assert.equal(told.body.volume.volume_type, 'plain');
  assert.equal(hostOf(told), 'test@one#pool');
  assert.equal(told.body.volume.migration_status, null);
  assert.deepEqual(await drift(scoria.database), []);
});

test('retype with migration moves the bytes, the room and the counters, and frees the old back end', async () => {
  const { id } = await scoria.makeVolume({ volume_type: 'on-one' });
  const bytes = new Uint8Array(70_000).map((_, index) => index % 251);
  storeOf('@one')?.write(id, 5_000_000, bytes);
  assert.equal((await act(id, { 'os-retype': { new_type: 'on-two', migration_policy: 'on-demand' } })).status, 202);
  const told = await settled(id);
  assert.equal(told.body.volume.volume_type, 'on-two');
  assert.equal(hostOf(told), 'test@two#pool');
  assert.equal(told.body.volume.migration_status, 'success');
  assert.deepEqual(storeOf('@two')?.read(id, 5_000_000, bytes.length), bytes);
  assert.equal(
    [...(storeOf('@one')?.objects.keys() ?? [])].some((name) => name.includes(id)),
    false,
  );
  assert.deepEqual(await drift(scoria.database), []);
});

test('retype that needs a migration and may not have one goes back to available, and says why', async () => {
  const { id } = await scoria.makeVolume({ volume_type: 'on-one' });
  assert.equal((await act(id, { 'os-retype': { new_type: 'on-two' } })).status, 202);
  const told = await settled(id);
  assert.equal(told.body.volume.volume_type, 'on-one');
  assert.equal(told.body.volume.status, 'available');
  const messages = await scoria.ask('GET', `/v3/messages?resource_uuid=${id}`, { version: '3.5' });
  assert.deepEqual(
    messages.body.messages.map((one: { event_id: string }) => one.event_id),
    ['VOLUME_VOLUME_102_104'],
  );
  assert.deepEqual(await drift(scoria.database), []);
});

test('retype refuses the same type, an unknown one, and a volume that is not ready', async () => {
  const { id } = await scoria.makeVolume({ volume_type: 'plain' });
  assert.equal((await act(id, { 'os-retype': { new_type: 'plain' } })).status, 400);
  assert.equal((await act(id, { 'os-retype': { new_type: 'nothing' } })).status, 404);
  assert.equal((await act(id, { 'os-retype': { new_type: 'on-one', migration_policy: 'sometimes' } })).status, 400);
  await act(id, { 'os-reset_status': { status: 'error' } }, 'admin');
  const refused = await act(id, { 'os-retype': { new_type: 'on-one' } });
  assert.match(refused.body.badRequest.message, /Retype needs volume to be in available or in-use state/);
  assert.deepEqual(await drift(scoria.database), []);
});

test('an admin migrates a volume to a named host; a copy that fails leaves it where it was', async () => {
  const { id } = await scoria.makeVolume();
  const from = hostOf(await settled(id));
  const to = from === 'test@one#pool' ? 'test@two#pool' : 'test@one#pool';
  assert.equal((await act(id, { 'os-migrate_volume': { host: to } })).status, 403);
  assert.equal((await act(id, { 'os-migrate_volume': { host: 'nowhere@x#y' } }, 'admin')).status, 400);
  assert.equal((await act(id, { 'os-migrate_volume': { host: from } }, 'admin')).status, 400);
  for (const one of scoria.backends) one.knobs.set('create', id, { kind: 'fail-before', failure: 'no-space' });
  assert.equal((await act(id, { 'os-migrate_volume': { host: to, lock_volume: true } }, 'admin')).status, 202);
  const failed = await settled(id);
  assert.equal(failed.body.volume.migration_status, 'error');
  assert.equal(hostOf(failed), from);
  assert.deepEqual(await drift(scoria.database), []);
  for (const one of scoria.backends) one.knobs.clear();
  assert.equal((await act(id, { 'os-migrate_volume': { host: to } }, 'admin')).status, 202);
  const moved = await settled(id);
  assert.equal(moved.body.volume.migration_status, 'success');
  assert.equal(hostOf(moved), to);
  assert.deepEqual(await drift(scoria.database), []);
  const completion = await act(id, { 'os-migrate_volume_completion': { new_volume: id } }, 'admin');
  assert.equal(completion.status, 400);
  // What Nova asks after it has swapped two volumes that nobody migrates.
  const [one, two] = [await scoria.makeVolume({ volume_type: 'on-one' }), await scoria.makeVolume()];
  const swapped = await act(one.id, { 'os-migrate_volume_completion': { new_volume: two.id } }, 'admin');
  assert.deepEqual([swapped.status, swapped.body], [200, { save_volume_id: two.id }]);
});

test('a migration to a host that is disabled is refused', async () => {
  const { id } = await scoria.makeVolume({ volume_type: 'on-one' });
  const change = (action: string) =>
    scoria.ask('PUT', `/v3/os-services/${action}`, {
      as: 'admin',
      body: { host: 'test@two', binary: 'cinder-volume' },
    });
  await change('disable');
  const refused = await act(id, { 'os-migrate_volume': { host: 'test@two#pool' } }, 'admin');
  assert.equal(refused.status, 400);
  assert.match(refused.text, /Invalid host: No available service named 'test@two#pool'/);
  await change('enable');
});

test('a volume goes back to its newest snapshot, and to no other', async () => {
  const { id } = await scoria.makeVolume();
  const store = storeOf(hostOf(await settled(id)));
  const take = async () => {
    const made = await scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: id } } });
    await scoria.until(`/v3/snapshots/${made.body.snapshot.id}`, ({ body }) => body.snapshot.status === 'available');
    return made.body.snapshot.id;
  };
  const first = await take();
  store?.write(id, 0, new Uint8Array([1, 2, 3]));
  const second = await take();
  store?.write(id, 0, new Uint8Array([9, 9, 9]));
  const old = await act(id, { revert: { snapshot_id: first } });
  assert.match(old.body.badRequest.message, /isn't the latest/);
  assert.equal((await act(id, { revert: { snapshot_id: second } })).status, 202);
  await settled(id);
  assert.deepEqual(store?.read(id, 0, 3), new Uint8Array([1, 2, 3]));
  const snapshot = await scoria.ask('GET', `/v3/snapshots/${second}`);
  assert.equal(snapshot.body.snapshot.status, 'available');
  await act(id, { 'os-reset_status': { status: 'error' } }, 'admin');
  assert.equal((await act(id, { revert: { snapshot_id: second } })).status, 409);
  assert.equal((await act(id, { revert: { snapshot_id: '11111111-1111-4111-8111-111111111111' } })).status, 404);
});
