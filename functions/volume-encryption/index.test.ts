import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

const [plain, encrypted, key] = [1, 2, 3].map((n) => `1000000${n}-0000-4000-8000-000000000000`);
const type = '20000001-0000-4000-8000-000000000000';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
  await scoria.database.all(
    sql(
      'test',
      `WITH type AS (
        INSERT INTO volume_types (id, name, created_at) VALUES ('${type}', 'luks', now())
      ), encryption AS (
        INSERT INTO volume_type_encryption (volume_type_id, encryption_id, provider, control_location, key_size, created_at)
        VALUES ('${type}', gen_random_uuid(), 'luks', 'front-end', 256, now())
      )
      INSERT INTO volumes (id, project_id, user_id, size_gib, status, volume_type_id, encryption_key_id, created_at)
      VALUES ('${plain}', '${projects.own}', 'u', 1, 'available', NULL, NULL, now()),
        ('${encrypted}', '${projects.own}', 'u', 1, 'available', '${type}', '${key}', now())`,
    ),
  );
});
after(() => scoria.close());

const get = (id = '', more = '', as = 'reader') => scoria.ask('GET', `/v3/volumes/${id}/encryption${more}`, { as });

test('a volume that is not encrypted has no key and says nothing else', async () => {
  assert.deepEqual((await get(plain)).body, { encryption_key_id: null });
});

test('an encrypted volume says how it is opened, as a whole and item by item without JSON', async () => {
  assert.deepEqual((await get(encrypted)).body, {
    encryption_key_id: key,
    control_location: 'front-end',
    cipher: null,
    key_size: 256,
    provider: 'luks',
  });
  for (const [item, text] of [
    ['encryption_key_id', key],
    ['key_size', '256'],
    ['provider', 'luks'],
    ['cipher', ''],
  ] as const) {
    const told = await get(encrypted, `/${item}`);
    assert.deepEqual([told.status, told.text], [200, text], item);
  }
  assert.equal((await get(encrypted, '/toString')).status, 404);
  assert.equal((await get(plain, '/cipher')).status, 404);
});

test("another project's volume is not there", async () => {
  const told = await get(encrypted, '', 'otherReader');
  assert.deepEqual(told.body, { itemNotFound: { code: 404, message: `Volume ${encrypted} could not be found.` } });
  assert.equal((await get(encrypted, '', 'otherAdmin')).status, 200);
});
