// What a client is told when a back end fails or does not answer, and what stays: under a clock that the test moves.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type VirtualClock, virtualClock } from '../../infra/clock/virtual.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';
import type { Fault, Method } from '../../workers/drivers/memory/index.ts';

let clock: VirtualClock;
let scoria: Scoria;
beforeEach(async () => {
  clock = virtualClock();
  scoria = await startScoria({ clock });
});
afterEach(() => scoria.close());

const version = '3.54';
const connector = { host: 'compute-1' };
const fatal: Fault = { kind: 'fail-before', failure: 'fatal' };

const post = (attachment: object) =>
  scoria.ask('POST', '/v3/attachments', { version, body: { attachment }, as: 'member' });
const put = (id: string) =>
  scoria.ask('PUT', `/v3/attachments/${id}`, { version, body: { attachment: { connector } } });
const remove = (id: string) => scoria.ask('DELETE', `/v3/attachments/${id}`, { version });
const show = (id: string) => scoria.ask('GET', `/v3/attachments/${id}`, { version });
const statusOf = async (id: string) => (await scoria.ask('GET', `/v3/volumes/${id}`)).body.volume.status;
const fail = (method: Method, id: string, fault: Fault, times = 1) => {
  for (const one of scoria.backends) one.knobs.set(method, id, fault, times);
};
const open = (id: string) =>
  scoria.backends.reduce((sum, { store }) => sum + (store.objects.get(`volume-${id}`)?.hosts.size ?? 0), 0);
const calls = (method: Method, id: string) =>
  scoria.backends.reduce((sum, { knobs }) => sum + knobs.calls(method, id), 0);

/** Lets time pass until the answer is there: little at a look, so that a slow database is not taken for a late one. */
async function later<T>(asked: Promise<T>): Promise<T> {
  const ended = { isOver: false };
  const done = asked.finally(() => {
    ended.isOver = true;
  });
  while (!ended.isOver) {
    await scoria.ask('GET', '/v3/volumes');
    await clock.advance(100);
  }
  return done;
}
const laterUntil = (path: string, wanted: (told: Told) => boolean | Promise<boolean>, asked: Asked = {}) =>
  scoria.until(
    path,
    async (told) => {
      await clock.advance(1_000);
      return wanted(told);
    },
    asked,
  );

const messagesOf = async (id: string): Promise<string[]> =>
  (await scoria.ask('GET', `/v3/messages?resource_uuid=${id}`, { version: '3.5' })).body.messages.map(
    (one: { event_id: string }) => one.event_id,
  );

test('a connection that the back end refuses is a 500, leaves the attachment in error with a reason, and can be tried again', async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume })).body.attachment;
  fail('connect', volume, fatal);
  const told = await put(id);
  assert.equal(told.status, 500, told.text);
  assert.equal(told.body.computeFault.message, 'Unable to update the attachment.');
  assert.equal((await show(id)).body.attachment.status, 'error_attaching');
  assert.equal(await statusOf(volume), 'reserved');
  assert.deepEqual(await messagesOf(volume), ['VOLUME_VOLUME_004_110']);
  const again = await later(put(id));
  assert.equal(again.status, 200, again.text);
  assert.equal(again.body.attachment.status, 'attaching');
  // The undoing of the failed one comes with the next sweep, and lets the one that stands alone.
  for (let seconds = 0; seconds < 40; seconds += 1) await laterUntil('/v3/volumes', () => true);
  assert.equal(open(volume), 1);
});

test('a create that cannot connect leaves nothing but its reason', async () => {
  const { id: volume } = await scoria.makeVolume();
  fail('connect', volume, fatal);
  const told = await post({ volume_uuid: volume, connector });
  assert.equal(told.status, 500, told.text);
  assert.equal(told.body.computeFault.message, 'Unable to create attachment for volume.');
  assert.deepEqual((await scoria.ask('GET', '/v3/attachments', { version })).body.attachments, []);
  assert.equal(await statusOf(volume), 'available');
  assert.deepEqual(await messagesOf(volume), ['VOLUME_VOLUME_004_110']);
});

test('an answer that was lost on the way is asked for again, and the client learns of nothing', async () => {
  const { id: volume } = await scoria.makeVolume();
  fail('connect', volume, { kind: 'fail-after' });
  const told = await later(post({ volume_uuid: volume, connector }));
  assert.equal(told.status, 200, told.text);
  assert.equal(calls('connect', volume), 2);
  assert.equal(open(volume), 1);
});

test('a back end that does not answer in time is a 503 with Retry-After, and what it did all the same is undone', async () => {
  const { id: volume } = await scoria.makeVolume();
  fail('connect', volume, { kind: 'hang', done: true });
  const begun = clock.now();
  const told = await later(post({ volume_uuid: volume, connector }));
  assert.deepEqual([told.status, told.headers.get('retry-after')], [503, '5'], told.text);
  assert.ok(clock.now() - begun >= 20_000);
  assert.equal(await statusOf(volume), 'available');
  assert.deepEqual((await scoria.ask('GET', '/v3/attachments', { version })).body.attachments, []);
  assert.deepEqual(await messagesOf(volume), ['VOLUME_VOLUME_004_101']);
  assert.equal(open(volume), 1);
  await laterUntil('/v3/volumes', () => open(volume) === 0);
});

test('an update that nobody answers leaves the attachment in error, and a repeat while it is under way waits for the same', async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume })).body.attachment;
  fail('connect', volume, { kind: 'hang', done: false });
  const both = await later(Promise.all([put(id), put(id)]));
  assert.deepEqual(
    both.map((one) => one.status),
    [503, 503],
  );
  assert.equal(calls('connect', volume), 1);
  assert.equal((await show(id)).body.attachment.status, 'error_attaching');
  assert.equal((await later(remove(id))).status, 200);
  assert.equal(await statusOf(volume), 'available');
});

test('a removal that the back end refuses keeps the attachment, in error with a reason, until a repeat succeeds', async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume, connector })).body.attachment;
  fail('disconnect', volume, fatal);
  const told = await remove(id);
  assert.equal(told.status, 500, told.text);
  assert.equal((await show(id)).body.attachment.status, 'error_detaching');
  assert.equal(await statusOf(volume), 'in-use');
  assert.deepEqual(await messagesOf(volume), ['VOLUME_VOLUME_105_111']);
  assert.equal((await remove(id)).status, 200);
  assert.equal(open(volume), 0);
  assert.equal(await statusOf(volume), 'available');
});

test('a removal that takes long goes on after its request, and a repeat waits for the same', async () => {
  const { id: volume } = await scoria.makeVolume();
  const { id } = (await post({ volume_uuid: volume, connector })).body.attachment;
  fail('disconnect', volume, { kind: 'hang', done: false });
  const told = await later(remove(id));
  assert.deepEqual([told.status, told.headers.get('retry-after')], [503, '5']);
  assert.match(told.body.serviceUnavailable.message, /still being deleted/);
  assert.equal((await show(id)).body.attachment.status, 'detaching');
  assert.equal(await statusOf(volume), 'detaching');
  const again = await later(remove(id));
  assert.equal(again.status, 503);
  assert.equal(calls('disconnect', volume), 1);
  // It ends when it is tried again, or past its deadline as one that was refused.
  const ended = await laterUntil(
    `/v3/attachments/${id}`,
    async ({ status, body }) => {
      await clock.advance(60_000);
      return status === 404 || body.attachment.status === 'error_detaching';
    },
    { version },
  );
  if (ended.status === 200) assert.equal((await later(remove(id))).status, 200);
  assert.equal(await statusOf(volume), 'available');
});

test('what a connection without an attachment hands back is read once and does not stay in the database', async () => {
  const { id: volume } = await scoria.makeVolume();
  const path = `/v3/volumes/${volume}/action`;
  const told = await scoria.ask('POST', path, { body: { 'os-initialize_connection': { connector } } });
  assert.equal(told.status, 200, told.text);
  const kept = await scoria.database.all<{ text: string }>({
    name: 'test.operations',
    text: `SELECT row_to_json(o)::text AS text FROM operations o WHERE kind = 'volume.connect'`,
  });
  assert.equal(kept.length, 1);
  assert.doesNotMatch(kept[0]?.text ?? '', /device_path/);
  fail('connect', volume, fatal);
  const failed = await scoria.ask('POST', path, { body: { 'os-initialize_connection': { connector } } });
  assert.equal(failed.status, 500);
  assert.equal(failed.body.computeFault.message, 'Unable to fetch connection information from backend.');
  fail('connect', volume, { kind: 'hang', done: true });
  const late = await later(scoria.ask('POST', path, { body: { 'os-initialize_connection': { connector } } }));
  assert.equal(late.status, 503);
  await laterUntil('/v3/volumes', () => open(volume) === 0);
});
