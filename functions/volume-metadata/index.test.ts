import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';
import { md5 } from './md5.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

/** The statements of this resource; the workers of the harness send others meanwhile. */
const statements = () => scoria.database.take().filter((name) => name.startsWith('volume-metadata.'));

const pathOf = (volume: { id: string }, key?: string) =>
  `/v3/volumes/${volume.id}/metadata${key === undefined ? '' : `/${encodeURIComponent(key)}`}`;

const setStatus = (volume: { id: string }, status: string) =>
  scoria.database.all(sql('test', 'UPDATE volumes SET status = :status::text WHERE id = :id::uuid'), {
    id: volume.id,
    status,
  });

const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;

test('POST merges, PUT replaces, one pair is set and removed, each in one statement', async () => {
  const volume = await scoria.makeVolume({ metadata: { a: '1', b: '2' } });
  const steps: readonly (readonly [string, string, unknown, unknown])[] = [
    ['GET', pathOf(volume), undefined, { metadata: { a: '1', b: '2' } }],
    ['POST', pathOf(volume), { metadata: { b: '3', c: '4' } }, { metadata: { a: '1', b: '3', c: '4' } }],
    ['GET', pathOf(volume, 'c'), undefined, { meta: { c: '4' } }],
    ['PUT', pathOf(volume, 'c'), { meta: { c: '5' } }, { meta: { c: '5' } }],
    ['DELETE', pathOf(volume, 'a'), undefined, null],
    ['GET', pathOf(volume), undefined, { metadata: { b: '3', c: '5' } }],
    ['PUT', pathOf(volume), { metadata: { 'k/k': '' } }, { metadata: { 'k/k': '' } }],
    ['GET', pathOf(volume, 'k/k'), undefined, { meta: { 'k/k': '' } }],
    ['PUT', pathOf(volume), { metadata: {} }, { metadata: {} }],
    ['PUT', pathOf(volume, '__proto__'), '{"meta":{"__proto__":"x"}}', JSON.parse('{"meta":{"__proto__":"x"}}')],
    ['GET', pathOf(volume, '__proto__'), undefined, JSON.parse('{"meta":{"__proto__":"x"}}')],
  ];
  for (const [method, path, body, answer] of steps) {
    scoria.database.take();
    const told = await scoria.ask(method, path, { body });
    assert.equal(told.status, 200, told.text);
    assert.deepEqual(told.body, answer, `${method} ${path}`);
    assert.equal(statements().length, 1);
  }
});

test('the Etag of the whole metadata is the MD5 of the body, from 3.15 on', async () => {
  const volume = await scoria.makeVolume({ metadata: { a: 'ü' } });
  const told = await scoria.ask('GET', pathOf(volume), { version: '3.15' });
  assert.equal(told.headers.get('etag'), md5(told.text));
  assert.equal((await scoria.ask('GET', pathOf(volume), { version: '3.14' })).headers.get('etag'), null);
});

test('If-Match lets a change through only over the metadata that it names', async () => {
  const volume = await scoria.makeVolume({ metadata: { a: '1' } });
  const tag = (await scoria.ask('GET', pathOf(volume), { version: '3.15' })).headers.get('etag') ?? '';
  const put = (match: string, version = '3.15', method = 'PUT') =>
    scoria.ask(method, pathOf(volume), { version, headers: { 'If-Match': match }, body: { metadata: { a: '1' } } });
  for (const match of [tag, `"${tag}"`, `"other", "${tag}"`, '*']) assert.equal((await put(match)).status, 200, match);
  for (const match of ['other', `W/"${tag}"`, '"other"']) {
    const refused = await put(match);
    assert.equal(refused.status, 412, match);
    assert.equal(refused.text, '');
  }
  assert.equal((await put('other', '3.14')).status, 200, 'below 3.15 the header means nothing');
  assert.equal((await put('other', '3.15', 'POST')).status, 200, 'merging has never looked at it');
  const one: Asked = { version: '3.15', headers: { 'If-Match': 'other' }, body: { meta: { a: '2' } } };
  assert.equal((await scoria.ask('PUT', pathOf(volume, 'a'), one)).status, 412);
  assert.deepEqual((await scoria.ask('GET', pathOf(volume))).body, { metadata: { a: '1' } });
});

test('of writers with the same If-Match one gets through', async () => {
  const volume = await scoria.makeVolume();
  const tag = (await scoria.ask('GET', pathOf(volume), { version: '3.15' })).headers.get('etag') ?? '';
  const all = await Promise.all(
    ['1', '2', '3', '4'].map((a) =>
      scoria.ask('PUT', pathOf(volume), {
        version: '3.15',
        headers: { 'If-Match': tag },
        body: { metadata: { a } },
      }),
    ),
  );
  assert.deepEqual(all.map((told) => told.status).sort(), [200, 412, 412, 412]);
});

test('metadata does not change while a volume is in maintenance or uploading', async () => {
  const volume = await scoria.makeVolume({ metadata: { a: '1' } });
  for (const status of ['maintenance', 'uploading']) {
    await setStatus(volume, status);
    const why = `volume metadata is not allowed for volumes in ${status} status.`;
    scoria.database.take();
    for (const version of ['3.0', '3.71']) {
      const put = await scoria.ask('PUT', pathOf(volume), { version, body: { metadata: {} } });
      assert.equal(put.status, 400);
      assert.equal(message(put), `Invalid volume: Updating ${why}`);
    }
    assert.equal(statements().length, 4);
    const matching = md5(JSON.stringify({ metadata: { a: '1' } }));
    const headers = { 'If-Match': matching };
    const put = await scoria.ask('PUT', pathOf(volume, 'a'), { version: '3.15', headers, body: { meta: { a: '2' } } });
    assert.equal(message(put), `Invalid volume: Updating ${why}`);
    const removed = await scoria.ask('DELETE', pathOf(volume, 'a'));
    assert.equal(removed.status, 400);
    assert.equal(message(removed), `Invalid volume: Deleting ${why}`);
    assert.equal((await scoria.ask('GET', pathOf(volume))).status, 200);
  }
});

test('a key that is not there is not found', async () => {
  const volume = await scoria.makeVolume({ metadata: { a: '1' } });
  for (const key of ['b', 'toString', 'ü']) {
    for (const method of ['GET', 'DELETE']) {
      const told = await scoria.ask(method, pathOf(volume, key));
      assert.equal(told.status, 404);
      assert.equal(message(told), `Volume ${volume.id} has no metadata with key ${key}.`);
    }
  }
});

test('a malformed body is refused in the words of the schema', async () => {
  const volume = await scoria.makeVolume();
  const refused = async (path: string, body: unknown, text: string, method = 'PUT') => {
    const told = await scoria.ask(method, path, { body });
    assert.equal(told.status, 400, told.text);
    assert.equal(message(told), text);
  };
  const long = 'x'.repeat(256);
  await refused(pathOf(volume, 'a'), { meta: { b: '1' } }, 'Request body and URI mismatch');
  await refused(
    pathOf(volume, 'a'),
    { meta: {} },
    'Invalid input for field/attribute meta. Value: {}. {} does not have enough properties',
  );
  await refused(
    pathOf(volume, 'a'),
    { meta: { a: '1', b: '2' } },
    "Invalid input for field/attribute meta. Value: {'a': '1', 'b': '2'}. {'a': '1', 'b': '2'} has too many properties",
  );
  await refused(pathOf(volume), {}, "'metadata' is a required property", 'POST');
  for (const metadata of [{ [long]: '1' }, { '': '1' }, { k$: '1' }, { k: long }, { k: 1 }, { k: null }, null, []]) {
    for (const method of ['PUT', 'POST']) {
      assert.equal((await scoria.ask(method, pathOf(volume), { body: { metadata } })).status, 400);
    }
  }
});

test("another project's volume is not found, an admin reaches it, a reader may not change it", async () => {
  const volume = await scoria.makeVolume({ metadata: { a: '1' } });
  const writes: readonly (readonly [string, string, unknown])[] = [
    ['POST', pathOf(volume), { metadata: { b: '1' } }],
    ['PUT', pathOf(volume), { metadata: { b: '1' } }],
    ['PUT', pathOf(volume, 'a'), { meta: { a: '2' } }],
    ['DELETE', pathOf(volume, 'a'), undefined],
  ];
  const absent = `Volume ${volume.id} could not be found.`;
  for (const [method, path, body] of [...writes, ['GET', pathOf(volume), undefined] as const]) {
    for (const as of ['otherMember', 'otherReader']) {
      const told = await scoria.ask(method, path, { as, body });
      assert.equal(told.status, 404, `${as} ${method} ${path}`);
      assert.equal(message(told), absent);
    }
  }
  for (const [method, path, body] of writes) {
    assert.equal((await scoria.ask(method, path, { as: 'reader', body })).status, 403);
    assert.equal((await scoria.ask(method, path, { as: 'otherAdmin', body })).status, 200);
  }
  const nobody = await scoria.ask('GET', '/v3/volumes/none/metadata');
  assert.equal(message(nobody), 'Volume none could not be found.');
});
