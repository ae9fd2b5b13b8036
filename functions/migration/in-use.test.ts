// A volume in use goes over to another back end with its server. The test is Nova: it asks what Nova asks, in its
// order.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { memoryNova } from '../../infra/compute/memory.ts';
import { drift } from '../../test/harness/invariants.ts';
import { projects } from '../../test/harness/people.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

const nova = memoryNova();
let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ nova });
  for (const name of ['one', 'two']) {
    const volume_type = { name: `on-${name}`, extra_specs: { volume_backend_name: name } };
    await ask('POST', '/types', { volume_type });
  }
  await ask('PUT', `/os-quota-sets/${projects.own}`, { quota_set: { volumes: -1, gigabytes: -1 } });
});
after(() => scoria.close());
beforeEach(() => {
  nova.servers.clear();
  nova.swaps.length = 0;
  nova.knobs.status = null;
  for (const { knobs } of scoria.backends) knobs.clear();
});

const version = '3.71';
const ask = (method: string, path: string, body?: object, asked: Asked = {}) =>
  scoria.ask(method, `/v3${path}`, { as: 'admin', version, ...(body === undefined ? {} : { body }), ...asked });
const act = (id: string, body: object) => ask('POST', `/volumes/${id}/action`, body);
const migrate = (id: string, host = 'test@two#pool') => act(id, { 'os-migrate_volume': { host } });
const volumeOf = async (id: string, asked: Asked = {}) =>
  (await ask('GET', `/volumes/${id}`, undefined, asked)).body.volume;
const statusOf = (volume: Record<string, unknown>) => [volume.status, volume.migration_status];
const ends = async (id: string, wanted: string) =>
  (
    await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.migration_status === wanted, {
      as: 'admin',
      version,
    })
  ).body.volume;
const objects = (at: 0 | 1) => [...(scoria.backends[at]?.store.objects.keys() ?? [])];
const allDone = async () => assert.deepEqual(await drift(scoria.database), []);

/** The type asks for the first back end until it is there. */
async function onOne(fields: object = {}) {
  const made = await ask('POST', '/types', {
    volume_type: { name: `any-${randomUUID()}`, extra_specs: { volume_backend_name: 'one' } },
  });
  const { id: type } = made.body.volume_type;
  const volume = await scoria.makeVolume({ volume_type: type, ...fields });
  await scoria.database.all({
    name: 'test.any',
    text: `UPDATE volume_types SET extra_specs = '{}' WHERE id = '${type}'`,
  });
  return volume;
}

const connector = { host: 'compute-1', ip: '192.0.2.1', initiator: 'iqn.x' };
async function attach(volume: string, server: string): Promise<string> {
  const made = await ask('POST', '/attachments', { attachment: { volume_uuid: volume, instance_uuid: server } });
  assert.equal(made.status, 200, made.text);
  return made.body.attachment.id;
}
async function connect(attachment: string) {
  const told = await ask('PUT', `/attachments/${attachment}`, { attachment: { connector } });
  assert.equal(told.status, 200, told.text);
  return told.body.attachment.connection_info;
}
/** Nova shows a service token when it lets go of an attachment. */
const letGo = (attachment: string) =>
  ask('DELETE', `/attachments/${attachment}`, undefined, { headers: { 'X-Service-Token': 'service' } });
const finish = (attachment: string) => ask('POST', `/attachments/${attachment}/action`, { 'os-complete': null });

/** A volume on the first back end that a server uses, of a type that would do on any. */
async function used(fields: object = {}) {
  const { id } = await onOne(fields);
  const server = randomUUID();
  nova.servers.set(server, new Set([id]));
  const attachment = await attach(id, server);
  await connect(attachment);
  assert.equal((await finish(attachment)).status, 204);
  return { id, server, attachment };
}

/** The other half, once Nova was asked. */
async function asked(server: string): Promise<string> {
  for (;;) {
    const swap = nova.swaps.find((one) => one.server === server);
    if (swap !== undefined) return swap.to;
    await scoria.database.all({ name: 'test.turn', text: 'SELECT 1' });
  }
}

/** What Nova does: its API, then its host. Returns the attachment that the server goes on with. */
async function swap(id: string, half: string, server: string, old: string, isFailed = false, meanwhile = '') {
  assert.equal((await act(id, { 'os-begin_detaching': {} })).status, 202);
  const attachment = await attach(half, server);
  assert.deepEqual(statusOf(await volumeOf(id)), ['in-use', 'migrating']);
  await connect(attachment);
  if (isFailed) {
    assert.equal((await act(id, { 'os-roll_detaching': {} })).status, 202);
    assert.equal((await letGo(attachment)).status, 200);
  } else {
    assert.equal((await finish(attachment)).status, 204);
    assert.equal((await letGo(old)).status, 200);
  }
  if (meanwhile !== '') await scoria.database.all({ name: 'test.meanwhile', text: meanwhile });
  const body = { 'os-migrate_volume_completion': { new_volume: half, error: isFailed } };
  const told = await act(id, body);
  assert.deepEqual([told.status, told.body], [200, { save_volume_id: id }], told.text);
  return attachment;
}

test('a volume that a server has goes over with it: the same id, the new place, and nothing left at the old one', async () => {
  const { id, server, attachment: old } = await used({ name: 'kept', metadata: { a: 'b' } });
  assert.equal((await migrate(id)).status, 202);
  const half = await asked(server);
  const other = await volumeOf(half);
  assert.deepEqual(statusOf(other), ['available', `target:${id}`]);
  assert.equal(other['os-vol-host-attr:host'], 'test@two#pool');
  const attachment = await swap(id, half, server, old);
  const moved = await ends(id, 'success');
  assert.deepEqual(
    [moved.status, moved.name, moved.metadata, moved['os-vol-host-attr:host'], moved['os-vol-mig-status-attr:name_id']],
    ['in-use', 'kept', { a: 'b' }, 'test@two#pool', half],
  );
  assert.deepEqual(
    moved.attachments.map((one: { attachment_id: string; server_id: string }) => [one.attachment_id, one.server_id]),
    [[attachment, server]],
  );
  assert.equal((await ask('GET', `/volumes/${half}`)).status, 404);
  assert.ok(!objects(0).some((name) => name.includes(id)), 'the old object is there');
  assert.ok(objects(1).includes(`volume-${half}`));
  await allDone();
  // It goes on like any volume: it grows, is copied, is detached, and is deleted with its object.
  assert.equal((await act(id, { 'os-extend': { new_size: 2 } })).status, 202);
  await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.size === 2);
  assert.equal((await letGo(attachment)).status, 200);
  assert.equal((await volumeOf(id)).status, 'available');
  const copy = await scoria.makeVolume({ source_volid: id, size: 2 });
  assert.equal(copy.status, 'available');
  assert.equal((await migrate(id, 'test@one#pool')).status, 202);
  assert.equal((await ends(id, 'success'))['os-vol-host-attr:host'], 'test@one#pool');
  await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.status === 'available');
  assert.ok(objects(0).includes(`volume-${half}`) && !objects(1).includes(`volume-${half}`));
  await ask('DELETE', `/volumes/${id}`);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  assert.ok(!objects(0).includes(`volume-${half}`));
  await allDone();
});

test('while it goes over nobody else sees the other half, and nobody changes either', async () => {
  const { id, server, attachment } = await used();
  await migrate(id);
  const half = await asked(server);
  assert.equal((await volumeOf(id, { as: 'member' })).migration_status, undefined);
  assert.equal((await ask('GET', `/volumes/${half}`, undefined, { as: 'member' })).status, 404);
  const listed = await ask('GET', '/volumes', undefined, { as: 'member' });
  assert.ok(!listed.text.includes(half));
  for (const one of [id, half]) {
    assert.equal((await ask('DELETE', `/volumes/${one}`)).status, 400);
    assert.equal((await migrate(one, 'test@one#pool')).status, 400);
    assert.equal((await ask('POST', '/snapshots', { snapshot: { volume_id: one, force: true } })).status, 400);
  }
  const wrong = await act(id, { 'os-migrate_volume_completion': { new_volume: id } });
  assert.match(wrong.text, /Destination has migration_status migrating, expected target:/);
  await swap(id, half, server, attachment);
  await ends(id, 'success');
  const late = await act(id, { 'os-migrate_volume_completion': { new_volume: half } });
  assert.equal(late.status, 404);
  await allDone();
});

test('a worker that is started again in the meantime goes on waiting, and has the server asked once', async () => {
  const { id, server, attachment } = await used();
  await migrate(id);
  const half = await asked(server);
  const read = () =>
    scoria.database.all<{ attempt: number; step: string; status: string; deadline: string }>({
      name: 'test.waiting',
      text: `SELECT attempt, step, status, deadline::text AS deadline FROM operations WHERE id = '${half}'`,
    });
  const [before] = await read();
  assert.deepEqual([before?.step, before?.status], ['completion', 'queued']);
  const message = { operation: half, attempt: before?.attempt ?? 0, project: projects.own };
  await scoria.queue.send('volume:test@two', [message]);
  for (let again = before; again?.attempt === before?.attempt || again?.status !== 'queued'; ) [again] = await read();
  const [now] = await read();
  assert.deepEqual([now?.step, now?.deadline], ['completion', before?.deadline]);
  assert.deepEqual(statusOf(await volumeOf(id)), ['in-use', 'migrating']);
  await swap(id, half, server, attachment);
  await ends(id, 'success');
  assert.equal(nova.swaps.length, 1);
  await allDone();
});

test('a server that was deleted on its way keeps nothing waiting: the volume is free, and the other half goes', async () => {
  const { id, server, attachment } = await used();
  await migrate(id);
  const half = await asked(server);
  for (const one of [await attach(half, server), attachment]) {
    assert.equal((await letGo(one)).status, 200);
  }
  // A quarter of an hour later a worker looks.
  const later = `WITH h AS (UPDATE volumes SET updated_at = now() - interval '1 hour' WHERE id = '${half}')
    UPDATE operations SET lease_until = now() - interval '40 seconds' WHERE id = '${half}'`;
  await scoria.database.all({ name: 'test.later', text: later });
  assert.deepEqual(statusOf(await ends(id, 'error')), ['available', 'error']);
  await scoria.until(`/v3/volumes/${half}`, ({ status }) => status === 404, { as: 'admin' });
  await allDone();
});

test('what comes of it is heard while a worker looks how far it is', async () => {
  const { id, server, attachment } = await used();
  await migrate(id);
  const half = await asked(server);
  await swap(id, half, server, attachment, false, `UPDATE operations SET status = 'running' WHERE id = '${half}'`);
  assert.deepEqual(statusOf(await ends(id, 'success')), ['in-use', 'success']);
  await allDone();
});

test('a server that could not go over keeps the volume as it was, and the other half goes', async () => {
  const { id, server, attachment } = await used();
  await migrate(id);
  const half = await asked(server);
  await swap(id, half, server, attachment, true);
  const kept = await ends(id, 'error');
  assert.deepEqual([kept.status, kept['os-vol-host-attr:host']], ['in-use', 'test@one#pool']);
  assert.equal(kept.attachments[0].attachment_id, attachment);
  await scoria.until(`/v3/volumes/${half}`, ({ status }) => status === 404, { as: 'admin' });
  assert.ok(!objects(1).includes(`volume-${half}`));
  const told = await ask('GET', `/messages?resource_uuid=${id}`, undefined, { as: 'member' });
  assert.equal(told.body.messages[0].event_id, 'VOLUME_VOLUME_103_147');
  await allDone();
});

test('a Nova that refuses ends it at once, and one that cannot be reached is asked again', async () => {
  const refused = await used();
  nova.knobs.status = 409;
  await migrate(refused.id);
  assert.deepEqual(statusOf(await ends(refused.id, 'error')), ['in-use', 'error']);
  await allDone();
  nova.knobs.status = 503;
  const { id, server, attachment } = await used();
  await migrate(id);
  const waits = `SELECT count(*)::int AS n FROM operations WHERE resource_id = '${server}' AND status = 'queued' AND tries = 1`;
  for (let n = 0; n === 0; ) {
    [{ n } = { n: 0 }] = await scoria.database.all<{ n: number }>({ name: 'test.waits', text: waits });
  }
  nova.knobs.status = null;
  await swap(id, await asked(server), server, attachment);
  await ends(id, 'success');
  assert.equal(nova.swaps.length, 1);
  await allDone();
});

test('a retype that needs another back end takes the server along', async () => {
  const { id, server, attachment } = await used();
  const body = { 'os-retype': { new_type: 'on-two', migration_policy: 'on-demand' } };
  assert.equal((await act(id, body)).status, 202);
  const half = await asked(server);
  assert.equal((await volumeOf(half)).volume_type, 'on-two');
  assert.equal((await act(id, { 'os-begin_detaching': {} })).status, 202);
  const next = await attach(half, server);
  await connect(next);
  await finish(next);
  await letGo(attachment);
  await act(id, { 'os-migrate_volume_completion': { new_volume: half } });
  const retyped = await ends(id, 'success');
  assert.deepEqual(
    [retyped.status, retyped.volume_type, retyped['os-vol-host-attr:host'], retyped.attachments[0].attachment_id],
    ['in-use', 'on-two', 'test@two#pool', next],
  );
  await allDone();
});

test('what no single server has is refused with the reason, and nothing is made', async () => {
  const { id } = await onOne();
  await act(id, { 'os-attach': { host_name: 'bare-metal', mountpoint: '/dev/vdb' } });
  const told = await migrate(id);
  assert.deepEqual([told.status, /one server and nobody else/.test(told.text)], [400, true]);
  const there = await migrate((await used()).id, 'test@one#pool');
  assert.match(there.text, /must be different than the current one/);
  const without = await startScoria({ shares: scoria, workers: false });
  const [body, path] = [{ 'os-migrate_volume': { host: 'test@two#pool' } }, `/v3/volumes/${(await used()).id}/action`];
  const alone = await without.ask('POST', path, { as: 'admin', version, body });
  assert.deepEqual([alone.status, /SCORIA_NOVA_URL/.test(alone.text)], [400, true]);
  await without.close();
  assert.deepEqual(nova.swaps, []);
});

test('a host that has no room for the other half leaves the volume where it is', async () => {
  const { id } = await used();
  for (const { knobs } of scoria.backends) knobs.set('create', '*', { kind: 'fail-before', failure: 'no-space' }, 9);
  await migrate(id);
  assert.deepEqual(statusOf(await ends(id, 'error')), ['in-use', 'error']);
  assert.deepEqual(nova.swaps, []);
  await allDone();
});
