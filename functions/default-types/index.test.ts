import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Identity } from '../../infra/identity/port.ts';
import { staticIdentity } from '../../infra/identity/static.ts';
import { projectScope, signIn, testIdentity } from '../../test/harness/identity.ts';
import { projects } from '../../test/harness/people.ts';
import { peoplesTokens, type Scoria, startScoria, tokenOfPerson } from '../../test/harness/scoria.ts';

let scoria: Scoria;
let gold: string;
let silver: string;
before(async () => {
  scoria = await startScoria({ workers: false });
  const make = async (name: string) =>
    (await scoria.ask('POST', '/v3/types', { as: 'admin', body: { volume_type: { name } } })).body.volume_type.id;
  [gold, silver] = [await make('gold'), await make('silver')];
});
after(() => scoria.close());

const ask = (method: string, path: string, type?: string, version = '3.62', form = '/v3') =>
  scoria.ask(method, `${form}/default-types${path}`, {
    as: 'admin',
    version,
    ...(type === undefined ? {} : { body: { default_type: { volume_type: type } } }),
  });
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;

test('the default type of a project is set by name or id, replaced, shown, listed and unset, in both forms of the path', async () => {
  for (const form of ['/v3', `/v3/${projects.own}`]) {
    for (const [named, id] of [
      ['gold', gold],
      [silver, silver],
      [silver.replaceAll('-', ''), silver],
    ] as const) {
      const set = await ask('PUT', `/${projects.other}`, named, '3.62', form);
      const shown = { project_id: projects.other, volume_type_id: id };
      assert.deepEqual([set.status, set.body], [200, { default_type: shown }]);
      assert.deepEqual((await ask('GET', `/${projects.other}`, undefined, '3.62', form)).body, { default_type: shown });
      assert.deepEqual((await ask('GET', '', undefined, '3.62', form)).body, { default_types: [shown] });
    }
    const unset = await ask('DELETE', `/${projects.other}`, undefined, '3.62', form);
    assert.deepEqual([unset.status, unset.text], [204, '']);
    assert.equal((await ask('DELETE', `/${projects.other}`)).status, 204, 'asking twice changes nothing');
    const none = await ask('GET', `/${projects.other}`);
    assert.equal(none.status, 404);
    assert.equal(message(none), `Default type for project ${projects.other} not found.`);
  }
});

test('volumes of the project that name no type get it', async () => {
  await ask('PUT', `/${projects.own}`, 'gold');
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  assert.equal(made.body.volume.volume_type, 'gold');
  assert.equal((await scoria.ask('DELETE', `/v3/types/${gold}`, { as: 'admin' })).status, 400, 'a default type stays');
});

test('a type that is not there, a malformed body and an older version are refused', async () => {
  const none = await ask('PUT', `/${projects.own}`, 'bronze');
  assert.deepEqual([none.status, message(none)], [400, 'Volume type bronze could not be found.']);
  assert.equal((await ask('PUT', `/${projects.own}`, '')).status, 400);
  assert.equal((await ask('GET', '', undefined, '3.61')).status, 404);
});

test('a project that is not there gets no default type, and the type can still be deleted', async () => {
  const known = new Set<string>([projects.own]);
  const identity: Identity = { ...staticIdentity(peoplesTokens), projectExists: async (id) => known.has(id) };
  const house = await startScoria({ workers: false, identity });
  const admin = (method: string, path: string, body?: unknown) =>
    house.ask(method, `/v3${path}`, {
      as: tokenOfPerson('admin'),
      version: '3.62',
      ...(body === undefined ? {} : { body }),
    });
  const type = (await admin('POST', '/types', { volume_type: { name: 'bronze' } })).body.volume_type.id;
  const wanted = { default_type: { volume_type: 'bronze' } };
  const none = await admin('PUT', '/default-types/nobody', wanted);
  assert.deepEqual([none.status, message(none)], [404, 'Project with id nobody not found.']);
  assert.deepEqual((await admin('GET', '/default-types')).body, { default_types: [] });
  assert.equal((await admin('PUT', `/default-types/${projects.own}`, wanted)).status, 200);
  known.clear();
  const one = `/default-types/${projects.own}`;
  assert.equal((await admin('GET', one)).status, 200, 'what was set for a project that has gone is seen');
  assert.equal((await admin('DELETE', `/types/${type}`)).status, 400);
  assert.equal((await admin('DELETE', one)).status, 204, 'and unset');
  assert.equal((await admin('DELETE', `/types/${type}`)).status, 202);
  await house.close();
});

test('with the embedded identity its projects are those that there are', async () => {
  const house = await testIdentity();
  const token = await signIn(house, 'admin', projectScope('admin'));
  const own = (await house.ports.identity.authenticate(token))?.projectId ?? '';
  const body = { default_type: { volume_type: '__DEFAULT__' } };
  const headers = { 'OpenStack-API-Version': 'volume 3.62' };
  for (const [project, status] of [
    [own, 200],
    [projects.other, 404],
  ] as const) {
    const told = await house.sendTo('PUT', `/v3/default-types/${project}`, { token, headers, body });
    assert.equal(told.status, status, JSON.stringify(told.body));
  }
  await house.close();
});
