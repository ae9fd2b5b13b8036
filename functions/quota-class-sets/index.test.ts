import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const show = async (name: string) =>
  (await scoria.ask('GET', `/v3/os-quota-class-sets/${name}`, { as: 'admin' })).body.quota_class_set;
const set = (name: string, quota_class_set: object, as = 'admin') =>
  scoria.ask('PUT', `/v3/os-quota-class-sets/${name}`, { as, body: { quota_class_set } });

const keys = [
  'id',
  'volumes',
  'snapshots',
  'gigabytes',
  'backups',
  'backup_gigabytes',
  'per_volume_gigabytes',
  'groups',
  'volumes___DEFAULT__',
  'gigabytes___DEFAULT__',
  'snapshots___DEFAULT__',
];

test('a class has every limit, its own or that of the class default', async () => {
  assert.deepEqual(Object.keys(await show('default')), keys);
  const told = await set('gold', { volumes: 77 });
  assert.deepEqual(Object.keys(told.body.quota_class_set), keys.slice(1));
  assert.deepEqual(await show('gold'), { ...(await show('default')), id: 'gold', volumes: 77 });
});

test('the class default holds for every project without limits of its own', async () => {
  scoria.database.take();
  const told = await set('default', { snapshots: 3, gigabytes___DEFAULT__: 4 });
  assert.deepEqual(scoria.database.take(), ['quotas.class', 'quota-classes.update']);
  assert.equal(told.status, 200, told.text);
  const other = await scoria.ask('GET', `/v3/os-quota-sets/${projects.other}`, { as: 'otherReader' });
  assert.equal(other.body.quota_set.snapshots, 3);
  assert.equal(other.body.quota_set.gigabytes___DEFAULT__, 4);
  const mine = await scoria.ask('GET', `/v3/os-quota-sets/${projects.own}/defaults`);
  assert.equal(mine.body.quota_set.snapshots, 3);
  assert.equal((await show('gold')).snapshots, 3);
});

test('a key that is no quota and a value that is no limit are refused, and only admins may', async () => {
  const told = await set('default', { planets: 1, id: 'default' });
  assert.equal(told.body.badRequest.message, 'Bad key(s) in quota class set: planets, id');
  assert.equal((await set('default', { volumes: -2 })).status, 400);
  assert.equal((await set('default', { volumes: 'x' })).status, 400);
  assert.equal((await set('x'.repeat(256), { volumes: 1 })).status, 400);
  assert.equal((await set('%00', { volumes: 1 })).status, 404);
  assert.equal((await set('default', { volumes: 1 }, 'manager')).status, 403);
  assert.equal((await scoria.ask('GET', '/v3/os-quota-class-sets/default')).status, 403);
});
