// The summary and the count of a list are read off counters: they have to say what there is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../../infra/database/port.ts';
import { drift } from '../../../test/harness/invariants.ts';
import { projects } from '../../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

async function summary(as = 'member', query = '') {
  const told = await scoria.ask('GET', `/v3/volumes/summary${query}`, { as, version: '3.71' });
  return told.body['volume-summary'].metadata;
}
async function write(method: string, id: string, metadata: object) {
  const told = await scoria.ask(method, `/v3/volumes/${id}/metadata`, { body: { metadata } });
  assert.equal(told.status, 200, told.text);
}

test('the summary names every metadata pair in use, whatever happens to the volumes that have it', async () => {
  const one = await scoria.makeVolume({ metadata: { team: 'a', env: 'test' } });
  const two = await scoria.makeVolume({ metadata: { team: 'a', env: 'production' } });
  assert.deepEqual(await summary(), { team: ['a'], env: ['production', 'test'] });
  await write('PUT', one.id, { team: 'b', note: 'it\'s "é\\' });
  assert.deepEqual(await summary(), { team: ['a', 'b'], env: ['production'], note: ['it\'s "é\\'] });
  await write('POST', two.id, { team: 'a' });
  const offered = await scoria.ask('POST', '/v3/os-volume-transfer', { body: { transfer: { volume_id: two.id } } });
  const { id, auth_key } = offered.body.transfer;
  const taken = { accept: { auth_key } };
  const accepted = await scoria.ask('POST', `/v3/os-volume-transfer/${id}/accept`, { as: 'otherMember', body: taken });
  assert.equal(accepted.status, 202, accepted.text);
  assert.deepEqual(await summary(), { team: ['b'], note: ['it\'s "é\\'] });
  assert.deepEqual(await summary('otherMember'), { team: ['a'], env: ['production'] });
  assert.deepEqual((await summary('admin', '?all_tenants=1')).team, ['a', 'b']);
  await scoria.ask('DELETE', `/v3/volumes/${one.id}`);
  await scoria.until(`/v3/volumes/${one.id}`, (told) => told.status === 404);
  assert.deepEqual(await summary(), {});
  assert.deepEqual(await drift(scoria.database), []);
});

test('a hidden half of a migration is in no summary and in no count', async () => {
  const shown = await scoria.makeVolume({ metadata: { shown: 'yes' } });
  const count = async (query: string, as = 'member') => {
    const told = await scoria.ask('GET', `/v3/volumes?with_count=true${query}`, { as, version: '3.71' });
    return [told.body.count, told.body.volumes.length];
  };
  const text = `INSERT INTO volumes (id, project_id, user_id, size_gib, status, migration_status, consumes_quota, metadata, created_at)
    SELECT gen_random_uuid(), '${projects.own}', 'u', 1, 'available', x.migration, FALSE, '{"hidden": "yes"}', now()
    FROM (VALUES ('target:x'), (NULL)) x (migration)`;
  await scoria.database.all(sql('test.hidden', text));
  assert.deepEqual(await summary(), { shown: ['yes'], hidden: ['yes'] });
  assert.deepEqual(await count(''), [2, 2]);
  assert.deepEqual(await count(`&name=nothing`), [0, 0]);
  assert.deepEqual(await count('&all_tenants=1', 'admin'), [4, 4]);
  await scoria.database.all(
    sql('test.unhidden', `UPDATE volumes SET migration_status = 'target:y' WHERE jsonb_exists(metadata, 'hidden')`),
  );
  assert.deepEqual(await summary(), { shown: ['yes'] });
  await scoria.database.all(sql('test.gone', `DELETE FROM volumes WHERE jsonb_exists(metadata, 'hidden')`));
  assert.deepEqual(await drift(scoria.database), []);
  assert.equal(shown.metadata.shown, 'yes');
});

test('many volumes that come and go in one statement are counted by project and pair', async () => {
  const text = `INSERT INTO volumes (id, project_id, user_id, size_gib, status, migration_status, consumes_quota, metadata, created_at)
    SELECT gen_random_uuid(), CASE n % 2 WHEN 0 THEN '${projects.own}' ELSE '${projects.other}' END, 'u', 1, 'available',
      CASE n % 7 WHEN 0 THEN 'target:x' END, FALSE,
      CASE n % 3 WHEN 0 THEN '{}' WHEN 1 THEN '{"many": "all", "third": "1"}' ELSE '{"many": "all"}' END::jsonb, now()
    FROM generate_series(1, 60) n`;
  const counters = (at: string) => drift(scoria.database).then((found) => assert.deepEqual(found, [], at));
  await scoria.database.all(sql('test.many', text));
  await counters('come');
  assert.deepEqual((await summary()).third, ['1']);
  const third = `DELETE FROM volumes WHERE metadata ->> 'third' = '1' AND project_id = '${projects.own}'`;
  await scoria.database.all(sql('test.third', third));
  await counters('some are gone');
  assert.equal((await summary()).third, undefined);
  assert.deepEqual((await summary('otherMember')).third, ['1']);
  await scoria.database.all(
    sql('test.all-gone', `DELETE FROM volumes WHERE metadata ->> 'many' = 'all' OR user_id = 'u'`),
  );
  await counters('all are gone');
  assert.equal((await summary()).many, undefined);
});
