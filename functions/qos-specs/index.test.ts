import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import type { VolumeJson } from '../../workers/work/fragments.ts';
import { claimWork, needsOf } from '../../workers/work/statements.ts';
import { toVolume } from '../../workers/work/subjects.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());
beforeEach(async () => {
  await scoria.database.all(sql('test', 'UPDATE volume_types SET qos_specs_id = NULL'));
  await scoria.database.all(sql('test', 'DELETE FROM qos_specs'));
});

const absent = '11111111-1111-4111-8111-111111111111';

const admin = (method: string, path: string, body?: object) =>
  scoria.ask(method, `/v3${path}`, { as: 'admin', ...(body === undefined ? {} : { body }) });
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;

async function make(name: string, fields: object = {}): Promise<string> {
  const made = await admin('POST', '/qos-specs', { qos_specs: { name, ...fields } });
  assert.equal(made.status, 200, made.text);
  return made.body.qos_specs.id;
}

async function makeType(name: string): Promise<string> {
  return (await admin('POST', '/types', { volume_type: { name } })).body.volume_type.id;
}

const specsOf = async (id: string) => (await admin('GET', `/qos-specs/${id}`)).body.qos_specs;

test('create answers 200 with the specs, the links beside them, and the back end as consumer', async () => {
  const made = await admin('POST', '/qos-specs', { qos_specs: { name: ' fast ', read_iops_sec: '1000' } });
  assert.equal(made.status, 200, made.text);
  const { id } = made.body.qos_specs;
  assert.deepEqual(made.body, {
    qos_specs: { id, name: 'fast', consumer: 'back-end', specs: { read_iops_sec: '1000' } },
    links: [
      { rel: 'self', href: `http://127.0.0.1:8776/v3/qos-specs/${id}` },
      { rel: 'bookmark', href: `http://127.0.0.1:8776/qos-specs/${id}` },
    ],
  });
  assert.deepEqual((await admin('GET', `/qos-specs/${id}`)).body, made.body);
});

test('each consumer comes back as it was given, another is refused, and a name is taken once', async () => {
  for (const consumer of ['front-end', 'back-end', 'both']) {
    assert.equal((await specsOf(await make(consumer, { consumer }))).consumer, consumer);
  }
  const wrong = await admin('POST', '/qos-specs', { qos_specs: { name: 'a', consumer: 'nobody' } });
  assert.equal(wrong.status, 400);
  assert.match(message(wrong) ?? '', /Valid consumer of QoS specs are: \['front-end', 'back-end', 'both'\]/);
  const again = await admin('POST', '/qos-specs', { qos_specs: { name: 'both' } });
  assert.deepEqual(again.body, { conflictingRequest: { code: 409, message: 'QoS Specs both already exists.' } });
});

test('create refuses specs that cannot be kept', async () => {
  for (const specs of [{ k: 1 }, { k: null }, { k: 'x'.repeat(256) }, { k$: 'v' }, { k: 'a\u0000' }, { name: '' }]) {
    assert.equal((await admin('POST', '/qos-specs', { qos_specs: { name: 'a', ...specs } })).status, 400);
  }
  assert.deepEqual((await admin('GET', '/qos-specs')).body, { qos_specs: [] });
});

test('keys are set and removed; a key that is not there removes nothing', async () => {
  const id = await make('fast', { a: '1', b: '2' });
  const set = await admin('PUT', `/qos-specs/${id}`, { qos_specs: { b: '3', c: '4', consumer: 'both' } });
  assert.deepEqual([set.status, set.body], [200, { qos_specs: { b: '3', c: '4', consumer: 'both' } }]);
  assert.deepEqual(await specsOf(id), { id, name: 'fast', consumer: 'both', specs: { a: '1', b: '3', c: '4' } });
  const missing = await admin('PUT', `/qos-specs/${id}/delete_keys`, { keys: ['a', 'z'] });
  assert.equal(missing.status, 404);
  assert.equal(message(missing), `QoS spec ${id} has no spec with key z.`);
  assert.equal((await admin('PUT', `/qos-specs/${id}/delete_keys`, { keys: ['a', 'b'] })).status, 202);
  assert.deepEqual((await specsOf(id)).specs, { c: '4' });
  assert.equal((await admin('PUT', `/qos-specs/${id}/delete_keys`, { keys: ['c'] })).status, 202);
  assert.deepEqual((await specsOf(id)).specs, {});
});

test('a list is filtered by id, name and consumer, and goes page by page', async () => {
  const a = await make('a', { consumer: 'both' });
  await make('b');
  await make('c');
  const names = async (query: string) =>
    (await admin('GET', `/qos-specs${query}`)).body.qos_specs.map((one: { name: string }) => one.name);
  assert.deepEqual(await names(''), ['c', 'b', 'a']);
  assert.deepEqual(await names('?consumer=back-end'), ['c', 'b']);
  assert.deepEqual(await names('?name=b'), ['b']);
  assert.deepEqual(await names(`?id=${a}`), ['a']);
  const first = await admin('GET', '/qos-specs?limit=2&sort=name:asc');
  assert.deepEqual(Object.keys(first.body), ['qos_specs', 'qos_specs_links']);
  assert.match(first.body.qos_specs_links[0].href, /marker=/);
});

test('a type has one QoS specs at most: it is associated, listed, shown, and disassociated', async () => {
  const [id, other, type] = [await make('one'), await make('two'), await makeType('typed')];
  const associate = (qos: string, of: string, what = 'associate') =>
    admin('GET', `/qos-specs/${qos}/${what}?vol_type_id=${of}`);
  assert.equal((await associate(id, type)).status, 202);
  assert.equal((await associate(id, type)).status, 202, 'asking twice changes nothing');
  assert.deepEqual((await admin('GET', `/qos-specs/${id}/associations`)).body, {
    qos_associations: [{ association_type: 'volume_type', name: 'typed', id: type }],
  });
  assert.equal((await admin('GET', `/types/${type}`)).body.volume_type.qos_specs_id, id);
  const taken = await associate(other, type);
  assert.equal(taken.status, 400);
  assert.match(message(taken) ?? '', new RegExp(`already associated with another qos specs: ${id}`));
  assert.equal((await associate(other, type, 'disassociate')).status, 202);
  assert.equal((await admin('GET', `/types/${type}`)).body.volume_type.qos_specs_id, id, 'not the other’s to take');
  assert.equal((await associate(id, type, 'disassociate')).status, 202);
  assert.deepEqual((await admin('GET', `/qos-specs/${id}/associations`)).body, { qos_associations: [] });
  assert.equal((await associate(id, type)).status, 202);
  assert.equal((await admin('GET', `/qos-specs/${id}/disassociate_all`)).status, 202);
  assert.equal((await admin('GET', `/types/${type}`)).body.volume_type.qos_specs_id, null);
  for (const what of ['associate', 'disassociate']) {
    assert.equal((await associate(id, absent, what)).status, 404);
    assert.equal((await associate(id, 'none', what)).status, 404);
    assert.equal((await associate(absent, type, what)).status, 404);
    assert.equal((await admin('GET', `/qos-specs/${id}/${what}`)).status, 400);
  }
});

test('specs that types have are deleted with force only, and leave the types without', async () => {
  const [id, type] = [await make('one'), await makeType('held')];
  await admin('GET', `/qos-specs/${id}/associate?vol_type_id=${type}`);
  const refused = await admin('DELETE', `/qos-specs/${id}`);
  assert.equal(refused.status, 400);
  assert.equal(message(refused), `QoS Specs ${id} is still associated with entities.`);
  assert.equal((await admin('DELETE', `/qos-specs/${id}?force=perhaps`)).status, 400);
  scoria.database.take();
  assert.equal((await admin('DELETE', `/qos-specs/${id}?force=True`)).status, 202);
  assert.equal((await admin('GET', `/types/${type}`)).body.volume_type.qos_specs_id, null);
  const gone = await admin('GET', `/qos-specs/${id}`);
  assert.deepEqual(gone.body, { itemNotFound: { code: 404, message: `No such QoS spec ${id}.` } });
  assert.equal((await admin('DELETE', `/qos-specs/${await make('free')}`)).status, 202);
});

test('a driver is told the QoS of a type whose consumer is the back end, and of no other', async () => {
  for (const [consumer, told] of [
    ['back-end', { total_iops: '7' }],
    ['both', { total_iops: '7' }],
    ['front-end', {}],
  ] as const) {
    const [id, type] = [await make(consumer, { consumer, total_iops: '7' }), await makeType(`qos-${consumer}`)];
    await admin('GET', `/qos-specs/${id}/associate?vol_type_id=${type}`);
    const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1, volume_type: type } } });
    const find = sql('test', 'SELECT id::text AS id FROM operations WHERE resource_id = :id::uuid');
    const [operation] = await scoria.database.all<{ id: string }>(find, { id: made.body.volume.id });
    const message = { operation: operation?.id ?? '', attempt: 0 };
    const claimed = await claimWork(scoria.database, message, new Date().toISOString());
    assert.ok(claimed !== null && claimed !== 'busy');
    assert.deepEqual(toVolume(needsOf(claimed).volume as VolumeJson).qos, told, consumer);
  }
});
