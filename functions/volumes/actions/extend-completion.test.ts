// Volumes in use that their host has to grow.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { virtualClock } from '../../../infra/clock/virtual.ts';
import { throughDataApi } from '../../../test/harness/data-api.ts';
import { drift } from '../../../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ one: { growsOnHost: true } });
  await ask('POST', '/types', { volume_type: { name: 'on-one', extra_specs: { volume_backend_name: 'one' } } });
  await ask('POST', '/types', { volume_type: { name: 'on-two', extra_specs: { volume_backend_name: 'two' } } });
});
after(() => scoria.close());

const ask = (method: string, path: string, body?: object, as = 'admin') =>
  scoria.ask(method, `/v3${path}`, { as, version: '3.71', ...(body === undefined ? {} : { body }) });
const act = (id: string, body: object, as?: string) => ask('POST', `/volumes/${id}/action`, body, as);
const complete = (id: string, body: object = {}) => act(id, { 'os-extend_volume_completion': body });
const volumeIs = async (id: string, status: string) =>
  (
    await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.status === status, {
      as: 'admin',
      version: '3.71',
    })
  ).body.volume;
async function inUse(type: string) {
  const { id } = await scoria.makeVolume({ volume_type: type });
  await act(id, { 'os-attach': { instance_uuid: id, mountpoint: '/dev/vdb' } });
  return id;
}
/** Waits until the worker has left the extension to the host. */
async function waiting(id: string): Promise<Record<string, string>> {
  for (;;) {
    const [row] = await scoria.database.all<{ metadata: string }>({
      name: 'test.metadata',
      text: `SELECT admin_metadata::text AS metadata FROM volumes WHERE id = '${id}'`,
    });
    const metadata = JSON.parse(row?.metadata ?? '{}');
    if (metadata.extend_new_size !== undefined) return metadata;
  }
}

test('an attached volume stays extending until its host says that it has grown, and has its new size then', async () => {
  const id = await inUse('on-one');
  assert.equal((await act(id, { 'os-extend': { new_size: 4 } })).status, 202);
  const metadata = await waiting(id);
  assert.equal(metadata.extend_new_size, '4');
  assert.equal(JSON.parse(metadata.extend_reservations ?? '').length, 1);
  assert.equal((await volumeIs(id, 'extending')).size, 1);
  assert.equal((await complete(id)).status, 202);
  assert.equal((await volumeIs(id, 'in-use')).size, 4);
  assert.equal(scoria.backends[0]?.store.objects.get(`volume-${id}`)?.sizeGiB, 4);
  assert.match((await complete(id)).text, /Volume is not being extended/);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a host that could not grow it makes it an error, with the quota given back and a message', async () => {
  const id = await inUse('on-one');
  await act(id, { 'os-extend': { new_size: 9 } });
  await waiting(id);
  assert.equal((await complete(id, { error: true })).status, 202);
  assert.equal((await volumeIs(id, 'error_extending')).size, 1);
  const told = await ask('GET', `/messages?resource_uuid=${id}`);
  assert.match(told.body.messages[0].user_message, /extend volume:Driver failed to extend the volume/);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a volume that nobody has, and one on a back end that grows by itself, wait for no host', async () => {
  const { id: free } = await scoria.makeVolume({ volume_type: 'on-one' });
  const used = await inUse('on-two');
  for (const [id, status] of [
    [free, 'available'],
    [used, 'in-use'],
  ] as const) {
    await act(id, { 'os-extend': { new_size: 2 } });
    const told = await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.size === 2);
    assert.equal(told.body.volume.status, status);
    assert.equal((await complete(id)).status, 400);
  }
  assert.equal((await act(used, { 'os-extend_volume_completion': {} }, 'member')).status, 403);
});

const skip = throughDataApi && 'moves a clock of its own: how far a statement has come by then is not its to say';
test('a host that never answers meets the deadline, and nothing stays stuck', { skip }, async () => {
  const clock = virtualClock();
  const late = await startScoria({ clock, queue: 'memory', one: { growsOnHost: true } });
  try {
    const tell = (path: string, body: object) => late.ask('POST', `/v3${path}`, { as: 'admin', version: '3.71', body });
    await tell('/types', { volume_type: { name: 'on-one', extra_specs: { volume_backend_name: 'one' } } });
    const { id } = await late.makeVolume({ volume_type: 'on-one' });
    await tell(`/volumes/${id}/action`, { 'os-attach': { instance_uuid: id, mountpoint: '/dev/vdb' } });
    await tell(`/volumes/${id}/action`, { 'os-extend': { new_size: 3 } });
    const shown = await late.until(
      `/v3/volumes/${id}`,
      async ({ body }) => {
        if (body.volume.status === 'error_extending') return true;
        await clock.advance(5_000);
        return false;
      },
      { as: 'admin', version: '3.71' },
    );
    assert.equal(shown.body.volume.size, 1);
    assert.deepEqual(await drift(late.database), []);
  } finally {
    await late.close();
  }
});
