import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { projects } from '../../test/harness/people.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());
beforeEach(async () => {
  await scoria.database.all(sql('test', 'DELETE FROM volumes'));
  await scoria.database.all(sql('test', `DELETE FROM volume_types WHERE name <> '__DEFAULT__'`));
});

const absent = '11111111-1111-4111-8111-111111111111';
const fallback = '00000000-0000-4000-8000-000000000001';

const admin = (method: string, path: string, body?: object, more: Asked = {}) =>
  scoria.ask(method, path, { as: 'admin', ...(body === undefined ? {} : { body }), ...more });

async function make(name: string, fields: object = {}): Promise<string> {
  const made = await admin('POST', '/v3/types', { volume_type: { name, ...fields } });
  assert.equal(made.status, 200, made.text);
  return made.body.volume_type.id;
}

const hidden = { 'os-volume-type-access:is_public': false };
const grant = (id: string, project: string) =>
  admin('POST', `/v3/types/${id}/action`, { addProjectAccess: { project } });

const names = async (query: string, as: string, version = '3.71') => {
  const told = await scoria.ask('GET', `/v3/types${query}`, { as, version });
  assert.equal(told.status, 200, told.text);
  return told.body.volume_types.map((one: { name: string }) => one.name).sort();
};

test('create answers 200 with the type and without qos_specs_id, and a repeated name is a conflict', async () => {
  const body = { volume_type: { name: '  gold  ', description: 'fast', extra_specs: { tier: '1', none: null } } };
  scoria.database.take();
  const made = await admin('POST', '/v3/types', body);
  assert.deepEqual(scoria.database.take(), ['types.create']);
  assert.equal(made.status, 200, made.text);
  const { id, ...rest } = made.body.volume_type;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    name: 'gold',
    description: 'fast',
    is_public: true,
    'os-volume-type-access:is_public': true,
    extra_specs: { tier: '1' },
  });
  const again = await admin('POST', '/v3/types', { volume_type: { name: 'gold' } });
  assert.deepEqual(again.body, { conflictingRequest: { code: 409, message: 'Volume Type gold already exists.' } });
});

test('create refuses what is no type, and anybody but an admin', async () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ volume_type: { name: '' } }, /'name' can not be empty/],
    [{ volume_type: { name: '   ' } }, /'name' can not be empty/],
    [{ volume_type: { name: 'x'.repeat(256) } }, /too long/],
    [{ volume_type: {} }, /'name' is a required property/],
    [{ volume_type: { name: 'a', extra: 1 } }, /'extra' was unexpected/],
    [{ volume_type: { name: 'a', description: 'line\nbreak' } }, /print/],
    [{ volume_type: { name: 'a', extra_specs: { k: 1 } } }, /is not of type 'string'/],
    [{ volume_type: { name: 'a', 'os-volume-type-access:is_public': 'maybe' } }, /boolean/],
    [{ volume_type: { name: 'a', extra_specs: { multiattach: '<is> True', cacheable: '<is> True' } } }, /cacheable/],
    [{}, /required/],
  ];
  for (const [body, why] of cases) {
    const told = await admin('POST', '/v3/types', body);
    assert.equal(told.status, 400, JSON.stringify(body));
    assert.match(told.body.badRequest.message, why);
  }
  const refused = await scoria.ask('POST', '/v3/types', { as: 'manager', body: { volume_type: { name: 'a' } } });
  assert.equal(refused.body.forbidden.message, "Policy doesn't allow volume_extension:type_create to be performed.");
});

test('an admin sees all of a type; a member three extra specs and no qos; a reader no access field', async () => {
  const specs = { volume_backend_name: 'one', multiattach: '<is> True', 'RESKEY:availability_zones': 'nova' };
  const id = await make('gold', { extra_specs: specs });
  const shown = { id, name: 'gold', is_public: true, description: null };
  const access = { 'os-volume-type-access:is_public': true };
  const { volume_backend_name: _, ...visible } = specs;
  for (const version of ['3.0', '3.71']) {
    const look = async (as: string) => (await scoria.ask('GET', `/v3/types/${id}`, { as, version })).body.volume_type;
    assert.deepEqual(await look('admin'), { ...shown, ...access, extra_specs: specs, qos_specs_id: null });
    assert.deepEqual(await look('member'), { ...shown, ...access, extra_specs: visible });
    assert.deepEqual(await look('reader'), { ...shown, extra_specs: visible });
  }
  assert.equal((await scoria.ask('GET', `/v3/types/${id.replaceAll('-', '')}`)).body.volume_type.id, id);
});

test('a private type exists only for admins and the projects that have access', async () => {
  const id = await make('secret', hidden);
  for (const [as, status] of [
    ['admin', 200],
    ['systemAdmin', 200],
    ['member', 404],
    ['otherMember', 404],
  ] as const) {
    assert.equal((await scoria.ask('GET', `/v3/types/${id}`, { as })).status, status, as);
  }
  assert.equal((await grant(id, projects.other)).status, 202);
  assert.equal((await scoria.ask('GET', `/v3/types/${id}`, { as: 'otherMember' })).status, 200);
  const told = await scoria.ask('GET', `/v3/types/${id}`);
  assert.deepEqual(told.body, { itemNotFound: { code: 404, message: `Volume type ${id} could not be found.` } });
});

test('an unknown or malformed id is not found, whatever is asked of it', async () => {
  for (const id of [absent, 'gold', '%00']) {
    for (const [method, path, body] of [
      ['GET', `/v3/types/${id}`, undefined],
      ['PUT', `/v3/types/${id}`, { volume_type: { name: 'n' } }],
      ['DELETE', `/v3/types/${id}`, undefined],
    ] as const) {
      assert.equal((await admin(method, path, body)).status, 404, `${method} ${id}`);
    }
  }
});

test('a list is of public types and those the project may use; is_public is for admins', async () => {
  await make('open');
  const own = await make('own', hidden);
  const other = await make('other', hidden);
  await grant(own, projects.own);
  await grant(other, projects.other);
  assert.deepEqual(await names('', 'admin'), ['__DEFAULT__', 'open', 'own']);
  assert.deepEqual(await names('?is_public=True', 'admin'), ['__DEFAULT__', 'open', 'own']);
  assert.deepEqual(await names('?is_public=false', 'admin'), ['other', 'own']);
  assert.deepEqual(await names('?is_public=None', 'admin'), ['__DEFAULT__', 'open', 'other', 'own']);
  assert.deepEqual(await names('?is_public=None', 'member'), ['__DEFAULT__', 'open', 'own']);
  assert.deepEqual(await names('?is_public=False', 'otherReader'), ['__DEFAULT__', 'open', 'other']);
  assert.deepEqual(await names('?is_public=none', 'systemAdmin'), ['__DEFAULT__', 'open', 'other', 'own']);
  const bad = await admin('GET', '/v3/types?is_public=perhaps');
  assert.equal(bad.body.badRequest.message, 'Invalid is_public filter [perhaps]');
});

test('a list goes page by page through all types, and its link key is volume_type_links', async () => {
  for (const name of ['a', 'b', 'c']) await make(name);
  const seen: string[] = [];
  let path: string | null = '/v3/types?limit=2&sort=name:asc&is_public=None';
  while (path !== null) {
    scoria.database.take();
    const told = await admin('GET', path);
    assert.ok(scoria.database.take().length <= 2);
    seen.push(...told.body.volume_types.map((one: { name: string }) => one.name));
    assert.deepEqual(
      Object.keys(told.body).filter((key) => !['volume_types', 'volume_type_links'].includes(key)),
      [],
    );
    const next = told.body.volume_type_links?.[0];
    if (next !== undefined) assert.equal(next.rel, 'next');
    path = next === undefined ? null : next.href.replace('http://127.0.0.1:8776', '');
  }
  assert.deepEqual(seen, ['__DEFAULT__', 'a', 'b', 'c']);
  assert.equal((await admin('GET', `/v3/types?marker=${absent}`)).status, 404);
  assert.equal((await admin('GET', '/v3/types?sort=colour')).status, 400);
  assert.deepEqual(await names('?limit=0', 'admin'), []);
});

test('extra_specs filters from 3.52, and tells nobody a value that he may not see', async () => {
  await make('one', { extra_specs: { volume_backend_name: 'one', multiattach: '<is> True' } });
  await make('two', { extra_specs: { volume_backend_name: 'two', 'RESKEY:availability_zones': 'az1, az2' } });
  const q = (specs: object) => `?extra_specs=${encodeURIComponent(JSON.stringify(specs))}`;
  assert.deepEqual(await names(q({ volume_backend_name: 'two' }), 'admin', '3.52'), ['two']);
  assert.deepEqual(await names(`?extra_specs=${encodeURIComponent("{'multiattach': '<is> True'}")}`, 'member'), [
    'one',
  ]);
  assert.deepEqual(await names(q({ 'RESKEY:availability_zones': 'az2' }), 'member'), ['two']);
  assert.deepEqual(await names(q({ volume_backend_name: 'two' }), 'member'), []);
  assert.deepEqual(await names('?extra_specs=nonsense', 'admin'), []);
  assert.equal((await names(q({ volume_backend_name: 'two' }), 'admin', '3.51')).length, 3);
});

test('an unknown filter is dropped below 3.52, refused from it, and empties the list of an admin', async () => {
  assert.deepEqual(await names('?colour=red', 'member', '3.51'), ['__DEFAULT__']);
  const told = await scoria.ask('GET', '/v3/types?colour=red', { version: '3.52' });
  assert.equal(told.body.badRequest.message, 'Invalid filters colour are found in query options.');
  assert.deepEqual(await names('?colour=red', 'admin'), []);
  assert.deepEqual(await names('?name=__DEFAULT__', 'admin'), ['__DEFAULT__']);
});

test('the default type is the one configured, or the own one of the project', async () => {
  const look = async (as: string) => (await scoria.ask('GET', '/v3/types/default', { as })).body.volume_type.name;
  assert.equal(await look('member'), '__DEFAULT__');
  const id = await make('gold');
  await scoria.database.all(
    sql('test', `INSERT INTO default_volume_types VALUES ('${projects.own}', '${id}', '2026-01-01T00:00:00Z')`),
  );
  assert.equal(await look('member'), 'gold');
  assert.equal(await look('otherMember'), '__DEFAULT__');
  const kept = await admin('DELETE', `/v3/types/${id}`);
  assert.equal(kept.body.badRequest.message, `The volume type ${id} is a default volume type and cannot be deleted.`);
  await scoria.database.all(sql('test', 'DELETE FROM default_volume_types'));
});

test('update changes what it names, and refuses nothing, an empty name and a taken one', async () => {
  const id = await make('gold', { description: 'fast' });
  const change = (body: object) => admin('PUT', `/v3/types/${id}`, { volume_type: body });
  scoria.database.take();
  const told = await change({ name: 'silver', is_public: false });
  assert.deepEqual(scoria.database.take(), ['types.update']);
  assert.deepEqual(told.body.volume_type, {
    id,
    name: 'silver',
    is_public: false,
    description: 'fast',
    extra_specs: {},
  });
  assert.equal((await change({ description: '' })).body.volume_type.description, '');
  const message = async (body: object) => (await change(body)).body.badRequest?.message;
  assert.equal(await message({ name: ' ' }), 'Volume type name can not be empty.');
  assert.equal(await message({}), 'Specify volume type name, description, is_public or a combination thereof.');
  assert.match(await message({ extra_specs: {} }), /'extra_specs' was unexpected/);
  const taken = await change({ name: '__DEFAULT__' });
  assert.equal(taken.body.conflictingRequest.message, 'Volume Type __DEFAULT__ already exists.');
});

test('a type that volumes have, or that is the default, is not deleted; another goes with its quotas', async () => {
  const id = await make('gold');
  await admin('PUT', `/v3/os-quota-sets/${projects.other}`, { quota_set: { volumes_gold: 3 } });
  await admin('PUT', '/v3/os-quota-class-sets/default', { quota_class_set: { gigabytes_gold: 7 } });
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1, volume_type: 'gold' } } });
  assert.equal(made.status, 202, made.text);
  const used = await admin('DELETE', `/v3/types/${id}`);
  assert.equal(used.body.badRequest.message, 'Target volume type is still in use.');
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${made.body.volume.id}`)).status, 202);
  scoria.database.take();
  const gone = await admin('DELETE', `/v3/types/${id}`);
  assert.deepEqual(scoria.database.take(), ['types.delete']);
  assert.deepEqual([gone.status, gone.text], [202, '']);
  assert.equal((await admin('GET', `/v3/types/${id}`)).status, 404);
  const left = await scoria.database.all(
    sql(
      'test',
      `SELECT type_id FROM quotas WHERE type_id <> '' UNION ALL SELECT type_id FROM quota_classes WHERE type_id <> ''
      UNION ALL SELECT type_id FROM quota_usages WHERE type_id = '${id}'`,
    ),
  );
  assert.deepEqual(left, []);
  const kept = await admin('DELETE', `/v3/types/${fallback}`);
  assert.equal(
    kept.body.badRequest.message,
    `The volume type ${fallback} is a default volume type and cannot be deleted.`,
  );
});
