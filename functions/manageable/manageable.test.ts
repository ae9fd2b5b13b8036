// Managing what is on a back end already, and giving up what is ours.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drift } from '../../test/harness/invariants.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  await scoria.database.all({
    name: 'test.quota',
    text: `INSERT INTO quotas (project_id, resource, hard_limit) VALUES
      ('${projects.own}', 'volumes', -1), ('${projects.own}', 'gigabytes', 60), ('${projects.own}', 'snapshots', -1)`,
  });
});
after(() => scoria.close());

const host = 'test@one#pool';
const ask = (method: string, path: string, body?: object, version = '3.71') =>
  scoria.ask(method, `/v3${path}`, { as: 'admin', version, ...(body === undefined ? {} : { body }) });
const manage = (fields: object, version?: string) =>
  ask('POST', '/manageable_volumes', { volume: { host, ...fields } }, version);
const act = (path: string, body: object) => ask('POST', `${path}/action`, body);
const one = () => scoria.backends[0] ?? assert.fail();
const until = (path: string, wanted: Parameters<Scoria['until']>[1]) =>
  scoria.until(`/v3${path}`, wanted, { as: 'admin', version: '3.71' });
const settled = (id: string) => until(`/volumes/${id}`, ({ body }) => body.volume.status !== 'creating');
const gone = (path: string) => until(path, ({ status }) => status === 404);
const listed = async (what: string, query = '') =>
  (await ask('GET', `/manageable_${what}s/detail?host=${host.replace('#', '%23')}${query}`)).body[
    `manageable-${what}s`
  ];
/** A volume on the back end that is managed. */
async function volumeOnOne(size = 1) {
  await ask('POST', '/types', { volume_type: { name: 'on-one', extra_specs: { volume_backend_name: 'one' } } });
  return scoria.makeVolume({ size, volume_type: 'on-one' });
}
const bytes = new Uint8Array(5000).map((_, index) => (index * 7) % 251);
async function messageOf(id: string): Promise<string> {
  const told = await ask('GET', `/messages?resource_uuid=${id}`);
  return told.body.messages[0]?.user_message ?? '';
}
const rowOf = async (id: string) => {
  const [row] = await scoria.database.all<{ status: string; size: number; adopts: string | null }>({
    name: 'test.row',
    text: `SELECT status, size_gib AS size, adopts::text AS adopts FROM volumes WHERE id = '${id}'`,
  });
  return row;
};

test('what is on a back end becomes a volume with its bytes and its size, counted as any other', async () => {
  one().store.plant('old-disk', 'pool', 7, bytes);
  const made = await manage({ ref: { 'source-name': 'old-disk' }, name: 'mine', bootable: true, metadata: { a: 'b' } });
  assert.equal(made.status, 202, made.text);
  assert.equal(made.body.volume.status, 'creating');
  assert.equal(made.body.volume.group_id, undefined, 'only the fields of 3.0');
  const { volume } = (await settled(made.body.volume.id)).body;
  assert.equal(volume.status, 'available');
  assert.equal(volume.size, 7);
  assert.equal(volume['os-vol-host-attr:host'], host);
  assert.equal(volume.bootable, 'true');
  assert.deepEqual(volume.metadata, { a: 'b' });
  assert.equal(volume.consumes_quota, true);
  assert.deepEqual(one().store.read(volume.id, 0, bytes.length), bytes);
  assert.deepEqual(await drift(scoria.database), []);
  assert.equal((await ask('DELETE', `/volumes/${volume.id}`)).status, 202);
  await gone(`/volumes/${volume.id}`);
  assert.equal(one().store.objects.has('old-disk'), false);
  assert.deepEqual(await drift(scoria.database), []);
});

test('an unmanaged volume is gone with its quota, keeps its bytes, and is managed again by the name that it had', async () => {
  const { id } = await volumeOnOne(2);
  one().store.write(id, 100, bytes);
  assert.equal((await act(`/volumes/${id}`, { 'os-unmanage': null })).status, 202);
  await gone(`/volumes/${id}`);
  assert.deepEqual(await drift(scoria.database), []);
  const [found] = (await listed('volume')).filter((item: { reference: object }) => JSON.stringify(item).includes(id));
  const known = { size: 2, safe_to_manage: true, reason_not_safe: null, cinder_id: null, extra_info: null };
  assert.deepEqual(found, { reference: { 'source-name': `volume-${id}` }, ...known });
  const made = await ask(
    'POST',
    '/os-volume-manage',
    { volume: { host, ref: { 'source-name': `volume-${id}` } } },
    '3.0',
  );
  const told = await settled(made.body.volume.id);
  assert.equal(told.body.volume.status, 'available');
  assert.notEqual(told.body.volume.id, id);
  assert.deepEqual(one().store.read(told.body.volume.id, 100, bytes.length), bytes);
});

test('a snapshot is unmanaged and managed again, as the same bytes', async () => {
  const { id } = await volumeOnOne(2);
  one().store.write(id, 0, bytes);
  const taken = await ask('POST', '/snapshots', { snapshot: { volume_id: id } });
  const snapshot = taken.body.snapshot.id;
  await until(`/snapshots/${snapshot}`, ({ body }) => body.snapshot.status === 'available');
  assert.equal((await act(`/volumes/${id}`, { 'os-unmanage': null })).status, 400, 'a volume with snapshots');
  assert.equal((await act(`/snapshots/${snapshot}`, { 'os-unmanage': null })).status, 202);
  await gone(`/snapshots/${snapshot}`);
  const [found] = (await listed('snapshot')).filter((item: object) => JSON.stringify(item).includes(snapshot));
  assert.deepEqual(found.reference, { 'source-name': `_snapshot-${snapshot}` });
  assert.deepEqual(found.source_reference, { 'source-name': `volume-${id}` });
  const ref = { 'source-name': `_snapshot-${snapshot}` };
  const made = await ask('POST', '/manageable_snapshots', { snapshot: { volume_id: id, ref, name: 'again' } });
  assert.equal(made.status, 202, made.text);
  assert.equal(made.body.snapshot.user_id, undefined, 'only the fields of 3.0');
  const again = await until(`/snapshots/${made.body.snapshot.id}`, ({ body }) => body.snapshot.status !== 'creating');
  assert.equal(again.body.snapshot.status, 'available');
  const copy = await scoria.makeVolume({ size: 2, snapshot_id: made.body.snapshot.id });
  assert.deepEqual(one().store.read(copy.id, 0, bytes.length), bytes);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a snapshot that is smaller than its volume counts for its own size', async () => {
  const { id } = await volumeOnOne(5);
  one().store.plant('_snapshot-older', 'pool', 3, bytes);
  const body = { snapshot: { volume_id: id, ref: '_snapshot-older' } };
  const made = await ask('POST', '/os-snapshot-manage', body, '3.0');
  const path = `/snapshots/${made.body.snapshot.id}`;
  const told = await until(path, ({ body }) => body.snapshot.status !== 'creating');
  assert.equal(told.body.snapshot.status, 'available');
  assert.equal(told.body.snapshot.size, 3);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a reference to nothing or to what is managed ends in an error that says so, holds no quota, and can be deleted', async () => {
  const { id: managed } = await volumeOnOne();
  for (const [ref, says] of [
    ['no-such-disk', /manage volume:The reference names no object/],
    [`volume-${managed}`, /manage volume:The object that the reference names is managed already/],
  ] as const) {
    const made = await manage({ ref: { 'source-name': ref } });
    const { id } = made.body.volume;
    const told = await settled(id);
    assert.equal(told.body.volume.status, 'error');
    assert.equal(told.body.volume.consumes_quota, false);
    assert.equal((await rowOf(id))?.status, 'error_managing');
    assert.match(await messageOf(id), says);
    assert.deepEqual(await drift(scoria.database), []);
    assert.equal((await ask('DELETE', `/volumes/${id}`)).status, 202);
    await gone(`/volumes/${id}`);
    assert.deepEqual(await drift(scoria.database), []);
  }
  assert.ok(one().store.objects.has(`volume-${managed}`));
});

test('what was perhaps taken over when managing failed is given up when the volume is deleted, and not destroyed', async () => {
  one().store.plant('precious', 'pool', 1, bytes);
  one()
    .knobs.set('manage.adopt', '*', { kind: 'fail-after' }, 1)
    .set('manage.adopt', '*', { kind: 'fail-before', failure: 'fatal' }, 1);
  const made = await manage({ ref: { 'source-name': 'precious' } });
  const { id } = made.body.volume;
  assert.equal((await settled(id)).body.volume.status, 'error');
  await ask('DELETE', `/volumes/${id}`);
  await gone(`/volumes/${id}`);
  assert.equal(one().store.objects.get(`volume-${id}`)?.kind, 'loose');
  assert.deepEqual(await drift(scoria.database), []);
});

test('a lost answer of the back end is tried again, and ends well', async () => {
  one().store.plant('flaky', 'pool', 4, bytes);
  one().knobs.set('manage.adopt', '*', { kind: 'fail-after' }, 1);
  const made = await manage({ ref: { 'source-name': 'flaky' } });
  const told = await settled(made.body.volume.id);
  assert.equal(told.body.volume.status, 'available');
  assert.equal(told.body.volume.size, 4);
  assert.deepEqual(await drift(scoria.database), []);
});

test('an object that the quota has no room for is not taken over', async () => {
  one().store.plant('huge', 'pool', 500, bytes);
  const made = await manage({ ref: { 'source-name': 'huge' } });
  const { id } = made.body.volume;
  assert.equal((await settled(id)).body.volume.status, 'error');
  assert.match(await messageOf(id), /Not enough quota resource for operation/);
  assert.equal(one().store.objects.get('huge')?.kind, 'loose');
  assert.deepEqual(await drift(scoria.database), []);
});

test('a type that the back end does not satisfy is an error, and the object stays as it was', async () => {
  await ask('POST', '/types', { volume_type: { name: 'on-two', extra_specs: { volume_backend_name: 'two' } } });
  one().store.plant('mismatch', 'pool', 1, bytes);
  const made = await manage({ ref: { 'source-name': 'mismatch' }, volume_type: 'on-two' });
  const { id } = made.body.volume;
  assert.equal((await settled(id)).body.volume.status, 'error');
  assert.match(await messageOf(id), /schedule allocate volume:Could not find any available weighted backend/);
  assert.equal(one().store.objects.get('mismatch')?.kind, 'loose');
});

test('a failed unmanage leaves the volume, as error_unmanaging, with a message', async () => {
  const { id } = await volumeOnOne();
  one().knobs.set('manage.release', id, { kind: 'fail-before', failure: 'fatal' });
  await act(`/volumes/${id}`, { 'os-unmanage': null });
  await until(`/volumes/${id}`, ({ body }) => body.volume.status === 'error_unmanaging');
  assert.match(await messageOf(id), /unmanage volume:Driver failed to give up the object/);
});

test('the list has what is ours too, sorted and paged, and says why it cannot be managed', async () => {
  const { id } = await volumeOnOne();
  one().store.plant('zz-last', 'pool', 9, bytes);
  const all = await listed('volume');
  assert.deepEqual(all[0].reference, { 'source-name': 'zz-last' });
  const mine = all.find((item: { cinder_id: string }) => item.cinder_id === id);
  assert.equal(mine.safe_to_manage, false);
  assert.equal(mine.reason_not_safe, 'already managed');
  assert.deepEqual(mine.reference, { 'source-name': `volume-${id}` });
  const largest = (await listed('volume', '&sort=size:desc&limit=1'))[0];
  assert.equal(largest.size, Math.max(...all.map((item: { size: number }) => item.size)));
  assert.deepEqual(await listed('volume', '&marker=zz-last&limit=1'), [all[1]]);
  assert.deepEqual(
    await listed('volume', `&marker=${encodeURIComponent('{"source-name":"zz-last"}')}&offset=1&limit=1`),
    [all[2]],
  );
  assert.deepEqual(await listed('volume', '&limit=0'), []);
  const brief = (await ask('GET', '/os-volume-manage?host=test@one&limit=1')).body['manageable-volumes'];
  assert.deepEqual(brief, [{ reference: { 'source-name': 'zz-last' }, size: 9, safe_to_manage: true }]);
  const [left] = await scoria.database.all<{ n: number }>({
    name: 'test.questions',
    text: `SELECT count(*)::int AS n FROM operations WHERE kind = 'service.list_manageable'`,
  });
  assert.equal(left?.n, 0, 'no question stays behind');
});

test('what cannot be asked is refused', async () => {
  const get = (query: string, version?: string) => ask('GET', `/manageable_volumes?${query}`, undefined, version);
  for (const [told, status, says] of [
    [await get('', '3.8'), 400, /Host field is missing/],
    [await get('host=a&cluster=b'), 400, /One and only one of cluster and host must be set/],
    [await get('cluster=b'), 404, /Cluster b could not be found/],
    [await get('host=nowhere@one'), 400, /Host 'nowhere@one' not found/],
    [await get('host=test@one&marker=nothing'), 400, /marker not found: nothing/],
    [await get('host=test@one&sort=name'), 400, /Sort key supplied is invalid/],
    [await get('host=test@one&limit=x'), 400, /limit param must be an integer/],
    [await manage({ host: 'nowhere@one', ref: 'x' }), 400, /Host 'nowhere@one' not found/],
    [await manage({ ref: 'x', volume_type: 'no-such-type' }), 404, /Volume type no-such-type could not be found/],
    [await manage({ ref: 'x', host: null }, '3.15'), 400, /Host field is missing/],
    [await manage({ ref: 'x', cluster: 'c' }), 400, /One and only one/],
    [await manage({}), 400, /'ref' is a required property/],
    [await manage({ ref: 5 }), 400, /is not of type/],
  ] as const) {
    assert.equal(told.status, status, told.text);
    assert.match(told.text, says);
  }
  await ask('PUT', '/os-services/disable', { host: 'test@two', binary: 'cinder-volume' });
  assert.match((await get('host=test@two')).text, /Service is unavailable at this time/);
  assert.match((await manage({ ref: 'x', host: 'test@two' })).text, /Service is unavailable at this time/);
  await ask('PUT', '/os-services/enable', { host: 'test@two', binary: 'cinder-volume' });
});

test('a question that the back end does not answer ends soon, and leaves nothing behind', async () => {
  const slow = await startScoria({ settings: { connectSeconds: 0 } });
  try {
    slow.backends[0]?.knobs.set('manage.list', '-', { kind: 'hang', done: false });
    const told = await slow.ask('GET', '/v3/manageable_volumes?host=test@one', { as: 'admin', version: '3.8' });
    assert.deepEqual([told.status, told.headers.get('retry-after')], [503, '5']);
    assert.match(told.text, /did not say in time/);
    const count = { name: 'test.left', text: 'SELECT count(*)::int AS n FROM operations' };
    assert.deepEqual(await slow.database.all(count), [{ n: 0 }]);
  } finally {
    await slow.close();
  }
});
