import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

/** The statements of this resource; the workers of the harness send others meanwhile. */
const statements = () => scoria.database.take().filter((name) => name.startsWith('snapshot-metadata.'));

async function makeSnapshot(metadata: Record<string, string>): Promise<string> {
  const volume = await scoria.makeVolume();
  const made = await scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: volume.id, metadata } } });
  assert.equal(made.status, 202, made.text);
  const { id } = made.body.snapshot;
  await scoria.until(`/v3/snapshots/${id}`, ({ body }) => body.snapshot.status === 'available');
  return id;
}

const pathOf = (id: string, key?: string) =>
  `/v3/snapshots/${id}/metadata${key === undefined ? '' : `/${encodeURIComponent(key)}`}`;
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;

test('POST merges, PUT replaces, one pair is set and removed, each in one statement', async () => {
  const id = await makeSnapshot({ a: '1', 'b/b': '2' });
  const steps: readonly (readonly [string, string, unknown, unknown])[] = [
    ['GET', pathOf(id), undefined, { metadata: { a: '1', 'b/b': '2' } }],
    ['POST', pathOf(id), { metadata: { a: '3', c: '4' } }, { metadata: { a: '3', 'b/b': '2', c: '4' } }],
    ['DELETE', pathOf(id, 'b/b'), undefined, null],
    ['GET', pathOf(id, 'c'), undefined, { meta: { c: '4' } }],
    ['PUT', pathOf(id, 'c'), { meta: { c: '5' } }, { meta: { c: '5' } }],
    ['DELETE', pathOf(id, 'a'), undefined, null],
    ['GET', pathOf(id), undefined, { metadata: { c: '5' } }],
    ['PUT', pathOf(id), { metadata: { d: '6' } }, { metadata: { d: '6' } }],
    ['PUT', pathOf(id), { metadata: {} }, { metadata: {} }],
  ];
  for (const [method, path, body, answer] of steps) {
    scoria.database.take();
    const told = await scoria.ask(method, path, { body });
    assert.equal(told.status, 200, told.text);
    assert.deepEqual(told.body, answer, `${method} ${path}`);
    assert.equal(told.headers.get('etag'), null);
    assert.equal(statements().length, 1);
  }
});

test('keys are those of volumes without the slash', async () => {
  const id = await makeSnapshot({});
  for (const metadata of [{ 'a/b': '1' }, { a$: '1' }, { a: 'x'.repeat(256) }, { a: 1 }]) {
    assert.equal((await scoria.ask('POST', pathOf(id), { body: { metadata } })).status, 400);
  }
  assert.equal((await scoria.ask('POST', pathOf(id), { body: { metadata: { 'a-_:. Z9': 'x' } } })).status, 200);
  const other = await scoria.ask('PUT', pathOf(id, 'a'), { body: { meta: { b: '1' } } });
  assert.equal(other.status, 400);
  assert.equal(message(other), 'Request body and URI mismatch');
});

test('what is not there is not found', async () => {
  const id = await makeSnapshot({ a: '1' });
  for (const method of ['GET', 'DELETE']) {
    const told = await scoria.ask(method, pathOf(id, 'b'));
    assert.equal(told.status, 404);
    assert.equal(message(told), `Snapshot ${id} has no metadata with key b.`);
  }
  const nobody = await scoria.ask('DELETE', pathOf('none', 'a'));
  assert.equal(nobody.status, 404);
  assert.equal(message(nobody), 'Snapshot none could not be found.');
});

test("another project's snapshot is not found, an admin reaches it, a reader may not change it", async () => {
  const id = await makeSnapshot({ a: '1' });
  const writes: readonly (readonly [string, string, unknown])[] = [
    ['POST', pathOf(id), { metadata: { b: '1' } }],
    ['PUT', pathOf(id), { metadata: { a: '1' } }],
    ['PUT', pathOf(id, 'a'), { meta: { a: '2' } }],
    ['DELETE', pathOf(id, 'a'), undefined],
  ];
  for (const [method, path, body] of writes) {
    assert.equal((await scoria.ask(method, path, { as: 'otherMember', body })).status, 404);
    assert.equal((await scoria.ask(method, path, { as: 'otherReader', body })).status, 404);
    assert.equal((await scoria.ask(method, path, { as: 'reader', body })).status, 403);
    assert.equal((await scoria.ask(method, path, { as: 'otherAdmin', body })).status, 200);
  }
  assert.equal((await scoria.ask('GET', pathOf(id), { as: 'otherReader' })).status, 404);
  assert.equal((await scoria.ask('GET', pathOf(id), { as: 'reader' })).status, 200);
});
