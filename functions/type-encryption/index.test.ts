import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

let type: string;
beforeEach(async () => {
  await scoria.database.all(sql('test', 'DELETE FROM volumes'));
  await scoria.database.all(sql('test', `DELETE FROM volume_types WHERE name <> '__DEFAULT__'`));
  type = (await admin('POST', '/types', { volume_type: { name: 'luks' } })).body.volume_type.id;
});

const absent = '11111111-1111-4111-8111-111111111111';
const encryption = { provider: 'luks', control_location: 'front-end', cipher: 'aes-xts-plain64', key_size: 256 };

const admin = (method: string, path: string, body?: object) =>
  scoria.ask(method, `/v3${path}`, { as: 'admin', ...(body === undefined ? {} : { body }) });
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;
const pathOf = (id: string, more = '') => `/types/${id}/encryption${more}`;
const make = (id: string, fields: object = encryption) => admin('POST', pathOf(id), { encryption: fields });
const use = (id: string) =>
  scoria.database.all(
    sql(
      'test',
      `INSERT INTO volumes (id, project_id, user_id, size_gib, status, volume_type_id, created_at)
      VALUES (gen_random_uuid(), 'p', 'u', 1, 'available', :id::uuid, now())`,
    ),
    { id },
  );

test('a type is encrypted, shown as a bare row and item by item, changed, and no longer encrypted', async () => {
  assert.deepEqual((await admin('GET', pathOf(type))).body, {});
  const made = await make(type);
  assert.equal(made.status, 200, made.text);
  const { encryption_id } = made.body.encryption;
  assert.deepEqual(made.body, { encryption: { ...encryption, volume_type_id: type, encryption_id } });
  const shown = await admin('GET', pathOf(type));
  const { created_at, ...rest } = shown.body;
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  assert.deepEqual(rest, {
    ...encryption,
    volume_type_id: type,
    encryption_id,
    updated_at: null,
    deleted_at: null,
    deleted: false,
  });
  assert.deepEqual((await admin('GET', pathOf(type, '/cipher'))).body, { cipher: 'aes-xts-plain64' });
  for (const [id, change] of [
    ['provider', { key_size: 128 }],
    [encryption_id, { cipher: null, provider: 'plain' }],
  ] as const) {
    const changed = await admin('PUT', pathOf(type, `/${id}`), { encryption: change });
    assert.deepEqual([changed.status, changed.body], [200, { encryption: change }]);
  }
  const { key_size, cipher, provider, control_location } = (await admin('GET', pathOf(type))).body;
  assert.deepEqual(
    { key_size, cipher, provider, control_location },
    {
      key_size: 128,
      cipher: null,
      provider: 'plain',
      control_location: 'front-end',
    },
  );
  assert.equal((await admin('DELETE', pathOf(type, `/${absent}`))).status, 404);
  assert.equal((await admin('DELETE', pathOf(type, '/provider'))).status, 202);
  assert.deepEqual((await admin('GET', pathOf(type))).body, {});
});

test('a type has one encryption, which needs a provider and a place', async () => {
  for (const wrong of [
    { provider: 'luks' },
    { control_location: 'front-end' },
    { ...encryption, control_location: 'nowhere' },
    { ...encryption, key_size: 'many' },
  ]) {
    assert.equal((await make(type, wrong)).status, 400, JSON.stringify(wrong));
  }
  assert.equal((await make(type)).status, 200);
  const again = await make(type);
  assert.equal(again.status, 400);
  assert.equal(message(again), `Volume type encryption for type ${type} already exists.`);
  assert.equal((await admin('DELETE', `/types/${type}`)).status, 202, 'an encrypted type is deleted whole');
});

test('a body with every field of a struct is taken: zero values ask for nothing, and fields of the answer change nothing', async () => {
  const zero = { key_size: 0, provider: '', control_location: 'back-end', cipher: '' };
  const made = await make(type, { ...zero, provider: 'luks', volume_type_id: absent, deleted: false });
  assert.equal(made.status, 200, made.text);
  assert.equal(made.body.encryption.volume_type_id, type);
  const changed = await admin('PUT', pathOf(type, `/${made.body.encryption.encryption_id}`), {
    encryption: { ...zero, volume_type_id: absent, encryption_id: absent, created_at: '' },
  });
  assert.deepEqual([changed.status, changed.body], [200, { encryption: zero }]);
  const { provider, control_location, cipher, key_size } = (await admin('GET', pathOf(type))).body;
  assert.deepEqual(
    { provider, control_location, cipher, key_size },
    { provider: 'luks', control_location: 'back-end', cipher: null, key_size: null },
  );
});

test('nothing changes while volumes have the type', async () => {
  await use(type);
  const told = await make(type);
  assert.equal(told.status, 400);
  assert.equal(message(told), 'Cannot create encryption specs. Volume type in use.');
  await scoria.database.all(sql('test', 'DELETE FROM volumes'));
  assert.equal((await make(type)).status, 200);
  await use(type);
  const changed = await admin('PUT', pathOf(type, '/provider'), { encryption: { key_size: 1 } });
  assert.equal(message(changed), 'Cannot update encryption specs. Volume type in use.');
  const removed = await admin('DELETE', pathOf(type, '/provider'));
  assert.equal(message(removed), 'Cannot delete encryption specs. Volume type in use.');
  assert.deepEqual([changed.status, removed.status], [400, 400]);
});

test('what is not there is not found', async () => {
  for (const id of [absent, 'none']) {
    assert.equal((await make(id)).status, 404);
    assert.equal((await admin('GET', pathOf(id))).status, 404);
  }
  for (const [method, body] of [
    ['GET', undefined],
    ['PUT', { encryption: { key_size: 1 } }],
    ['DELETE', undefined],
  ] as const) {
    const told = await admin(method, pathOf(type, '/provider'), body);
    assert.equal(told.status, 404);
    assert.equal(message(told), `Volume type encryption for type ${type} does not exist.`);
  }
  await make(type);
  assert.equal((await admin('GET', pathOf(type, '/toString'))).status, 404);
});
