import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
let made = 0;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const absent = '11111111-1111-4111-8111-111111111111';

const admin = (method: string, path: string, body?: object) =>
  scoria.ask(method, path, { as: 'admin', ...(body === undefined ? {} : { body }) });

/** The path of the extra specs of a new type. */
async function type(extra_specs: object = {}): Promise<string> {
  made += 1;
  const told = await admin('POST', '/v3/types', { volume_type: { name: `type-${made}`, extra_specs } });
  return `/v3/types/${told.body.volume_type.id}/extra_specs`;
}

test('specs are merged, set, shown and deleted one by one, each in one statement', async () => {
  const path = await type({ a: '1' });
  scoria.database.take();
  const merged = await admin('POST', path, { extra_specs: { b: '2', 'c:d': '' } });
  assert.deepEqual([merged.status, merged.body], [200, { extra_specs: { b: '2', 'c:d': '' } }]);
  const set = await admin('PUT', `${path}/a`, { a: '3' });
  assert.deepEqual([set.status, set.body], [200, { a: '3' }]);
  assert.deepEqual((await admin('GET', path)).body, { extra_specs: { a: '3', b: '2', 'c:d': '' } });
  assert.deepEqual((await admin('GET', `${path}/c:d`)).body, { 'c:d': '' });
  const gone = await admin('DELETE', `${path}/b`);
  assert.deepEqual([gone.status, gone.text], [202, '']);
  assert.equal(scoria.database.take().length, 5);
  assert.deepEqual((await admin('GET', path)).body, { extra_specs: { a: '3', 'c:d': '' } });
});

test('who is no admin sees three keys, and may change none', async () => {
  const path = await type({ secret: '1', replication_enabled: '<is> True', multiattach: '<is> True' });
  const shown = await scoria.ask('GET', path, { as: 'reader' });
  assert.deepEqual(shown.body, { extra_specs: { replication_enabled: '<is> True', multiattach: '<is> True' } });
  const id = path.split('/')[3];
  const one = await scoria.ask('GET', `${path}/secret`);
  assert.equal(one.body.itemNotFound.message, `Volume Type ${id} has no extra specs with key secret.`);
  assert.equal((await scoria.ask('GET', `${path}/multiattach`)).status, 200);
  for (const [method, where, body] of [
    ['POST', path, { extra_specs: { a: '1' } }],
    ['PUT', `${path}/a`, { a: '1' }],
    ['DELETE', `${path}/secret`, undefined],
  ] as const) {
    const told = await scoria.ask(method, where, { as: 'manager', ...(body === undefined ? {} : { body }) });
    assert.equal(told.status, 403, method);
  }
});

test('what is no spec is refused', async () => {
  const path = await type({ a: '1' });
  const cases: readonly (readonly [string, string, object])[] = [
    ['POST', path, { extra_specs: null }],
    ['POST', path, { extra_specs: { 'a b': '1' } }],
    ['POST', path, { extra_specs: { a: 'x'.repeat(256) } }],
    ['POST', path, { specs: {} }],
    ['POST', path, { extra_specs: { multiattach: '<is> True', cacheable: '<is> True' } }],
    ['PUT', `${path}/a`, { b: '1' }],
    ['PUT', `${path}/a`, {}],
    ['PUT', `${path}/a`, { a: '1', b: '2' }],
    ['PUT', `${path}/a`, { a: 1 }],
  ];
  for (const [method, where, body] of cases) {
    assert.equal((await admin(method, where, body)).status, 400, `${method} ${JSON.stringify(body)}`);
  }
  const mismatch = await admin('PUT', `${path}/a`, { b: '1' });
  assert.equal(mismatch.body.badRequest.message, 'Request body and URI mismatch');
  assert.equal((await admin('PUT', `${path}/multiattach`, { multiattach: '<is> True' })).status, 200);
  const both = await admin('PUT', `${path}/cacheable`, { cacheable: '<is> True' });
  assert.equal(both.body.badRequest.message, 'cacheable cannot be set with multiattach.');
});

test('an unknown type or key is not found, and a private type is unknown to others', async () => {
  for (const id of [absent, 'name']) {
    const path = `/v3/types/${id}/extra_specs`;
    const told = await admin('GET', path);
    assert.equal(told.body.itemNotFound.message, `Volume type ${id} could not be found.`);
    assert.equal((await admin('POST', path, { extra_specs: { a: '1' } })).status, 404);
    assert.equal((await admin('PUT', `${path}/a`, { a: '1' })).status, 404);
    assert.equal((await admin('DELETE', `${path}/a`)).status, 404);
    assert.equal((await admin('GET', `${path}/a`)).status, 404);
  }
  const path = await type();
  for (const key of ['none', '%00']) assert.equal((await admin('DELETE', `${path}/${key}`)).status, 404);
  assert.equal((await admin('GET', `${path}/toString`)).status, 404);
  await admin('PUT', path.replace('/extra_specs', ''), { volume_type: { is_public: false } });
  assert.equal((await scoria.ask('GET', path)).status, 404);
});

test('the specs of a type that volumes have do not change', async () => {
  const path = await type({ a: '1' });
  const id = path.split('/')[3];
  const volume = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1, volume_type: id } } });
  assert.equal(volume.status, 202, volume.text);
  for (const [method, where, body] of [
    ['POST', path, { extra_specs: { a: '2' } }],
    ['PUT', `${path}/a`, { a: '2' }],
    ['DELETE', `${path}/a`, undefined],
  ] as const) {
    const told = await admin(method, where, body);
    assert.deepEqual(told.body, { badRequest: { code: 400, message: 'Volume Type is currently in use.' } });
  }
  assert.deepEqual((await admin('GET', path)).body, { extra_specs: { a: '1' } });
});
