// What servers are told of their volumes: once at least, and where they cannot be told the user is.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { virtualClock } from '../infra/clock/virtual.ts';
import { type MemoryNova, memoryNova } from '../infra/compute/memory.ts';
import { drift } from '../test/harness/invariants.ts';
import { projects } from '../test/harness/people.ts';
import { type Scoria, startScoria } from '../test/harness/scoria.ts';

const nova = memoryNova();
let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ nova, one: { growsOnHost: true } });
  await prepare(scoria);
});
after(() => scoria.close());
beforeEach(() => {
  nova.servers.clear();
  nova.shelved.clear();
  nova.events.length = 0;
  Object.assign(nova.knobs, { isAway: false, status: null });
});

async function prepare(of: Scoria) {
  const text = `INSERT INTO quotas (project_id, resource, hard_limit) VALUES ('${projects.own}', 'volumes', -1),
    ('${projects.own}', 'gigabytes', -1)`;
  await of.database.all({ name: 'test.quota', text });
  for (const name of ['one', 'two']) {
    const volume_type = { name: `on-${name}`, extra_specs: { volume_backend_name: name } };
    await of.ask('POST', '/v3/types', { as: 'admin', body: { volume_type } });
  }
}

const version = '3.71';
const act = (id: string, body: object, of = scoria) =>
  of.ask('POST', `/v3/volumes/${id}/action`, { as: 'admin', version, body });
const shown = async (id: string, wanted: (volume: { status: string; size: number }) => boolean) =>
  (await scoria.until(`/v3/volumes/${id}`, ({ body }) => wanted(body.volume), { as: 'admin', version })).body.volume;

/** A volume in use by so many servers of Nova. */
async function inUse(type: string, of = scoria, at: MemoryNova = nova) {
  const { id } = await of.makeVolume({ volume_type: type });
  const server = randomUUID();
  at.servers.set(server, new Set([id]));
  assert.equal((await act(id, { 'os-attach': { instance_uuid: server, mountpoint: '/dev/vdb' } }, of)).status, 202);
  return { id, server };
}

/** Waits for a message of a volume: others may come before it, or after it. */
async function toldOf(id: string, event: string): Promise<void> {
  const path = `/v3/messages?resource_uuid=${id}`;
  const isTold = (one: { event_id: string }) => one.event_id === event;
  await scoria.until(path, ({ body }) => body.messages.some(isTold), { version });
}

const event = (name: string, server: string, id: string, status: string) => ({
  name,
  server_uuid: server,
  tag: id,
  status,
  version: `compute ${name === 'volume-extended' ? '2.51' : '2.93'}`,
});

test('a server is told that its volume has grown, once it has', async () => {
  const { id, server } = await inUse('on-two');
  const told = nova.next();
  assert.equal((await act(id, { 'os-extend': { new_size: 3 } })).status, 202);
  assert.deepEqual(await told, event('volume-extended', server, id, 'completed'));
  assert.equal((await shown(id, ({ size }) => size === 3)).status, 'in-use');
  assert.deepEqual(await drift(scoria.database), []);
});

test('each server of a shared volume is told', async () => {
  const extra_specs = { multiattach: '<is> True', volume_backend_name: 'two' };
  await scoria.ask('POST', '/v3/types', { as: 'admin', body: { volume_type: { name: 'shared', extra_specs } } });
  const { id, server } = await inUse('shared');
  const second = randomUUID();
  nova.servers.set(second, new Set([id]));
  await act(id, { 'os-attach': { instance_uuid: second, mountpoint: '/dev/vdb' } });
  const first = nova.next();
  await act(id, { 'os-extend': { new_size: 2 } });
  await first;
  if (nova.events.length < 2) await nova.next();
  assert.deepEqual(nova.events.map((one) => one.server_uuid).sort(), [server, second].sort());
});

test('nobody is told of a volume that no server has, nor of one that did not grow', async () => {
  const { id: free } = await scoria.makeVolume({ volume_type: 'on-two' });
  await act(free, { 'os-extend': { new_size: 2 } });
  await shown(free, ({ size }) => size === 2);
  const { id } = await inUse('on-two');
  scoria.backends[1]?.knobs.set('extend', id, { kind: 'fail-before', failure: 'fatal' });
  await act(id, { 'os-extend': { new_size: 2 } });
  await shown(id, ({ status }) => status === 'error_extending');
  const [{ n } = { n: -1 }] = await scoria.database.all<{ n: number }>({
    name: 'test.count',
    text: `SELECT count(*)::int AS n FROM operations WHERE resource_type = 'server' AND arguments ->> 'volume_id' IN ('${free}', '${id}')`,
  });
  assert.equal(n, 0);
});

test('a host that has to grow the volume is told that it is its turn, and not told again when it has', async () => {
  const { id, server } = await inUse('on-one');
  const told = nova.next();
  await act(id, { 'os-extend': { new_size: 4 } });
  assert.deepEqual(await told, event('volume-extended', server, id, 'completed'));
  assert.equal((await shown(id, () => true)).status, 'extending');
  assert.equal((await act(id, { 'os-extend_volume_completion': {} })).status, 202);
  assert.equal((await shown(id, ({ status }) => status === 'in-use')).size, 4);
  assert.equal(nova.events.length, 1);
});

test('an extension whose host cannot be told ends in an error at once, with what it took given back', async () => {
  const { id } = await inUse('on-one');
  nova.knobs.status = 403;
  await act(id, { 'os-extend': { new_size: 4 } });
  await toldOf(id, 'VOLUME_VOLUME_007_009');
  assert.equal((await shown(id, ({ status }) => status === 'error_extending')).size, 1);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a volume that has grown stays so when its server cannot be told, and a message says so', async () => {
  const { id } = await inUse('on-two');
  nova.knobs.status = 400;
  await act(id, { 'os-extend': { new_size: 2 } });
  await toldOf(id, 'VOLUME_VOLUME_007_009');
  assert.equal((await shown(id, ({ size }) => size === 2)).status, 'in-use');
});

test('a server that no host has is nobody to tell: no message', async () => {
  const { id, server } = await inUse('on-two');
  nova.shelved.add(server);
  const { id: gone, server: deleted } = await inUse('on-two');
  nova.servers.delete(deleted);
  for (const one of [id, gone]) await act(one, { 'os-extend': { new_size: 2 } });
  for (const one of [id, gone]) await shown(one, ({ size }) => size === 2);
  const ended = `SELECT count(*)::int AS n FROM operations WHERE resource_id IN ('${server}', '${deleted}') AND status = 'done'`;
  for (let n = 0; n < 2; ) {
    [{ n } = { n: 0 }] = await scoria.database.all<{ n: number }>({ name: 'test.ended', text: ended });
  }
  for (const one of [id, gone]) {
    const told = await scoria.ask('GET', `/v3/messages?resource_uuid=${one}`, { version });
    assert.deepEqual(told.body.messages, []);
  }
});

for (const [status, says] of [
  ['completed', 'reserved'],
  ['failed', 'error'],
] as const) {
  test(`whoever waits for a new image is told that it has ${status}`, async () => {
    const { id } = await scoria.makeVolume({ volume_type: 'on-two' });
    const server = randomUUID();
    nova.servers.set(server, new Set([id]));
    const body = { attachment: { volume_uuid: id, instance_uuid: server } };
    await scoria.ask('POST', '/v3/attachments', { version, body });
    const image = scoria.glance.keep(new Uint8Array(1024).fill(7));
    if (status === 'failed') scoria.glance.images.get(image)?.bytes?.fill(9);
    const told = nova.next();
    const asked = await act(id, { 'os-reimage': { image_id: image, reimage_reserved: true } });
    assert.equal(asked.status, 202, asked.text);
    assert.deepEqual(await told, event('volume-reimaged', server, id, status));
    await shown(id, (volume) => volume.status === says);
  });
}

test('a Nova that is away is told when it is back: nothing of it is lost', async () => {
  const clock = virtualClock();
  const at = memoryNova();
  const late = await startScoria({ clock, queue: 'memory', nova: at });
  try {
    await prepare(late);
    const { id, server } = await inUse('on-two', late, at);
    at.knobs.isAway = true;
    await act(id, { 'os-extend': { new_size: 2 } }, late);
    const waits = `SELECT count(*)::int AS n FROM operations WHERE resource_id = '${server}' AND tries = 2`;
    for (let n = 0; n === 0; ) {
      await clock.advance(500);
      [{ n } = { n: 0 }] = await late.database.all<{ n: number }>({ name: 'test.waits', text: waits });
    }
    at.knobs.isAway = false;
    while (at.events.length === 0) {
      await clock.advance(500);
      await late.database.all({ name: 'test.turn', text: 'SELECT 1' });
    }
    assert.deepEqual(at.events, [event('volume-extended', server, id, 'completed')]);
  } finally {
    await late.close();
  }
});
