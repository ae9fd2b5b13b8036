import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());
beforeEach(() => scoria.database.all(sql('test', 'DELETE FROM quotas')));

const path = (project: string) => `/v3/os-quota-sets/${project}`;
const set = (quota_set: object, project: string = projects.own, as = 'admin') =>
  scoria.ask('PUT', path(project), { as, body: { quota_set } });

const defaults = {
  volumes: 10,
  snapshots: 10,
  gigabytes: 1000,
  backups: 10,
  backup_gigabytes: 1000,
  per_volume_gigabytes: -1,
  groups: 10,
  volumes___DEFAULT__: -1,
  gigabytes___DEFAULT__: -1,
  snapshots___DEFAULT__: -1,
};

test('a project that nobody gave limits has the defaults, those of each volume type too', async () => {
  for (const version of ['3.0', '3.71']) {
    scoria.database.take();
    const told = await scoria.ask('GET', path(projects.own), { as: 'reader', version });
    assert.deepEqual(told.body, { quota_set: { id: projects.own, ...defaults } });
    const own = await scoria.ask('GET', `${path(projects.own)}/defaults`, { as: 'reader', version });
    assert.deepEqual(own.body, told.body);
    assert.deepEqual(scoria.database.take(), ['quotas.show', 'quotas.defaults']);
  }
});

test('with usage each limit has what is in use, which moves with the volumes', async () => {
  const look = async () =>
    (await scoria.ask('GET', `${path(projects.own)}?usage=True`)).body.quota_set as Record<string, unknown>;
  const { id, ...before } = await look();
  assert.equal(id, projects.own);
  assert.deepEqual(before.volumes, { limit: 10, in_use: 0, reserved: 0 });
  assert.deepEqual(Object.keys(before), Object.keys(defaults));
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 3 } } });
  const after = await look();
  assert.deepEqual(after.volumes, { limit: 10, in_use: 1, reserved: 0 });
  assert.deepEqual(after.gigabytes, { limit: 1000, in_use: 3, reserved: 0 });
  assert.deepEqual(after.gigabytes___DEFAULT__, { limit: -1, in_use: 3, reserved: 0 });
  const below = await set({ gigabytes: 2 });
  assert.equal(
    below.body.badRequest.message,
    'Quota gigabytes limit must be equal or greater than existing resources. Current usage is 3 and the requested limit is 2.',
  );
  assert.equal((await set({ gigabytes: 3, volumes: -1 })).status, 200);
  await scoria.ask('DELETE', `/v3/volumes/${made.body.volume.id}`);
  assert.deepEqual((await look()).volumes, { limit: -1, in_use: 0, reserved: 0 });
  assert.equal((await scoria.ask('GET', `${path(projects.own)}?usage=perhaps`)).status, 400);
});

test('limits are set by their keys, and answered without an id, in two statements', async () => {
  scoria.database.take();
  const told = await set({ id: 'x', tenant_id: 'x', volumes: 5, gigabytes: '20', volumes___DEFAULT__: 2 });
  assert.deepEqual(scoria.database.take(), ['quotas.show', 'quotas.update']);
  assert.equal(told.status, 200, told.text);
  const expected = { ...defaults, volumes: 5, gigabytes: 20, volumes___DEFAULT__: 2 };
  assert.deepEqual(told.body, { quota_set: expected });
  assert.deepEqual((await set({ volumes: 6 })).body.quota_set, { ...expected, volumes: 6 });
  const shown = await scoria.ask('GET', path(projects.own));
  assert.deepEqual(shown.body, { quota_set: { id: projects.own, ...expected, volumes: 6 } });
  const other = await scoria.ask('GET', path(projects.other), { as: 'otherReader' });
  assert.deepEqual(other.body.quota_set, { id: projects.other, ...defaults });
  const gone = await scoria.ask('DELETE', path(projects.own), { as: 'admin' });
  assert.deepEqual([gone.status, gone.text], [200, '']);
  assert.deepEqual((await scoria.ask('GET', path(projects.own))).body.quota_set, { id: projects.own, ...defaults });
});

test('a limit that was set is the one that volumes meet', async () => {
  await set({ volumes: 0 });
  const told = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  assert.equal(told.status, 413);
  assert.match(told.body.overLimit.message, /exceeded for quota 'volumes'/);
  await set({ volumes: -1, gigabytes___DEFAULT__: 0 });
  assert.equal((await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } })).status, 413);
});

test('a key that is no quota and a value that is no limit are refused, and nothing is set', async () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ volumes: 1, planets: 2, moons: 3 }, /^Bad key\(s\) in quota set: planets, moons$/],
    [{ volumes_nothing: 1 }, /^Bad key\(s\) in quota set: volumes_nothing$/],
    [{ volumes: 1, gigabytes: -2 }, /^gigabytes must be >= -1$/],
    [{ volumes: 2_147_483_648 }, /^volumes must be <= 2147483647$/],
    [{ volumes: 'many' }, /^volumes must be an integer$/],
    [{ volumes: 1.5 }, /^volumes must be an integer$/],
    [{ volumes: null }, /^volumes must be an integer$/],
    [{}, /does not have enough properties/],
  ];
  for (const [body, why] of cases) {
    const told = await set(body);
    assert.equal(told.status, 400, JSON.stringify(body));
    assert.match(told.body.badRequest.message, why);
  }
  const shape = await scoria.ask('PUT', path(projects.own), { as: 'admin', body: { quota_set: [], more: 1 } });
  assert.equal(shape.status, 400);
  assert.deepEqual((await scoria.ask('GET', path(projects.own))).body.quota_set, { id: projects.own, ...defaults });
  assert.equal((await set({ volumes: 2_147_483_647 })).body.quota_set.volumes, 2_147_483_647);
});

test('a project sees its own limits and no others; only admins set them', async () => {
  const status = async (method: string, project: string, as: string, body?: object) =>
    (await scoria.ask(method, path(project), { as, ...(body === undefined ? {} : { body }) })).status;
  const body = { quota_set: { volumes: 1 } };
  assert.equal(await status('GET', projects.other, 'member'), 403);
  assert.equal(await status('GET', `${projects.other}/defaults`, 'member'), 403);
  assert.equal(await status('GET', projects.own, 'roleless'), 403);
  assert.equal(await status('GET', projects.other, 'admin'), 200);
  assert.equal(await status('GET', 'any-name', 'systemAdmin'), 200);
  assert.equal(await status('PUT', projects.own, 'manager', body), 403);
  assert.equal(await status('DELETE', projects.own, 'manager'), 403);
  assert.equal(await status('GET', 'x'.repeat(256), 'admin'), 400);
  assert.equal(await status('GET', '%00', 'admin'), 404);
});
