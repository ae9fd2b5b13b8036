// A path has one spelling: what a rule says of it, in a token or in a proxy in front, is true of what is answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { sql } from '../../infra/database/port.ts';
import { projectScope, signIn } from '../harness/identity.ts';
import { type IdentityActions, identityActions, type Persona } from '../harness/identity-actions.ts';
import { type House, openHouse } from './houses.ts';
import { openWire, statusesIn, type Wire } from './wire.ts';

let house: House;
let wire: Wire;
let admin: string;
let act: IdentityActions;
let held: Persona;
/** Of an application credential that is held to reading in Block Storage, and of one that may write there. */
let reads: string;
let writes: string;
const secret = '77777777-0000-4000-8000-000000000001';

before(async () => {
  house = await openHouse('embedded');
  wire = await openWire(house.app);
  act = await identityActions(house.to);
  held = await act.persona('held', 'member');
  admin = await signIn(house.to, 'admin', projectScope('admin'));
  reads = await ruled('reads', 'GET');
  writes = await ruled('writes', 'POST');
  await withKey();
});
after(async () => {
  await wire.close();
  await house.to.close();
});

async function ruled(name: string, method: string): Promise<string> {
  const wanted = { name, access_rules: [{ service: 'block-storage', method, path: '/**' }] };
  const path = `/users/${held.user.id}/application_credentials`;
  const made = await act.as(held.token)('POST', path, { application_credential: wanted });
  const { id, secret: word } = made.body.application_credential;
  const auth = { identity: { methods: ['application_credential'], application_credential: { id, secret: word } } };
  const answer = await house.to.send('POST', '/auth/tokens', { body: { auth } });
  return answer.headers.get('x-subject-token') ?? '';
}

/** A volume of the held project with a key of its own. */
async function withKey(): Promise<void> {
  const { database, keys } = house.to.ports;
  const material = await keys.make(32, secret);
  await database.all(
    sql(
      'paths.key',
      `WITH volume AS (
  INSERT INTO volumes (id, project_id, user_id, size_gib, status, volume_type_id, encryption_key_id, created_at)
  VALUES (:id::uuid, :project::text, 'u', 1, 'available', '00000000-0000-4000-8000-000000000001'::uuid, :id::uuid, now())
)
INSERT INTO encryption_keys (id, volume_id, algorithm, bit_length, mode, material, sealed_as, created_at)
VALUES (:id::uuid, :id::uuid, 'aes', 256, 'xts', :material::text, :id::uuid, now())`,
    ),
    { id: secret, project: held.project.id, material },
  );
}

async function ask(method: string, path: string, token: string): Promise<string> {
  return wire.send([`${method} ${path} HTTP/1.1`, 'Host: a', 'Connection: close', `X-Auth-Token: ${token}`]);
}
const status = async (method: string, path: string, token: string) => statusesIn(await ask(method, path, token))[0];

test('an access rule of one service never opens another, however its path is spelled', async () => {
  const payload = `key-manager/v1/secrets/${secret}/payload`;
  assert.equal(await status('GET', `/${payload}`, held.token), 200, 'the key is there');
  const credentials = 'identity/v3/credentials';
  const keys = `identity/v3/users/${held.user.id}/credentials/OS-EC2`;
  const cases = [
    ['GET', payload, reads],
    ['GET', 'image/v2/images', reads],
    ['GET', credentials, reads],
    ['GET', keys, reads],
    ['POST', credentials, writes],
    ['POST', keys, writes],
  ] as const;
  for (const [method, path, token] of cases) {
    assert.equal(await status(method, `/${path}`, token), 403, path);
    for (const spelled of spellings(path)) {
      const told = await ask(method, spelled, token);
      assert.ok([400, 403, 404].includes(statusesIn(told)[0] ?? 0), `${method} ${spelled}: ${told}`);
    }
  }
  assert.equal(await status('GET', '/v3/volumes', reads), 200);
});

const encoded = (sign: string) => `%${(sign.codePointAt(0) ?? 0).toString(16)}`;

/** Other ways to write a path, that some reader somewhere takes for it. */
function spellings(path: string): string[] {
  const first = path[0] ?? '';
  const [head = '', ...rest] = path.split('/');
  const tail = rest.join('/');
  return [
    `/${encoded(first)}${path.slice(1)}`,
    `/${encoded(first).toUpperCase()}${path.slice(1)}`,
    `/%25${encoded(first).slice(1)}${path.slice(1)}`,
    `/${[...path].map((sign) => (sign === '/' ? sign : encoded(sign))).join('')}`,
    `/v3/../${path}`,
    `/v3/%2e%2e/${path}`,
    `/v3/.%2E/${path}`,
    `/v3/..%2F${path}`,
    `/v3/..%5C${path}`,
    `/v3\\..\\${path}`,
    `/v3/volumes/..;/..;/${path}`,
    `/./${path}`,
    `/%2e/${path}`,
    `//${path}`,
    `/\\${path}`,
    `/%2F${path}`,
    `/${head}//${tail}`,
    `/${head}%2F${tail}`,
    `/${head}%2f${tail}`,
    `/${head};a=1/${tail}`,
    `/${head}/./${tail}`,
    `/${head}/x/../${tail}`,
    `/${head}\\${tail}`,
    `/${path}/`,
    `/${path}//`,
    `/${path}/.`,
    `/${path}/x/..`,
    `/${path};a=1`,
    `/${path}%00`,
    `/${path}%20`,
    `/${path}%c0%ae`,
    `/${path}.json`,
    `/${path}#/`,
    `/v3/volumes#/../../${path}`,
    `/v3/volumes%23/../../${path}`,
    `/v3/volumes%3f/../../${path}`,
    `/${path.toUpperCase()}`,
    `http:/${path}`,
    `http://a//${path}`,
    `http://a/v3/../${path}`,
    `http://a/%2e%2e/${path}`,
  ];
}

test('nothing is answered at a path in another spelling, in any service, to anybody', async () => {
  const project = held.project.id;
  const paths = [
    'v3/volumes',
    `v3/${project}/volumes/${secret}`,
    'v3/types',
    `v3/volumes/${secret}/metadata`,
    'identity/v3/users',
    'identity/v3/auth/projects',
    `key-manager/v1/secrets/${secret}`,
    'image/v2/images',
    'openapi.json',
    'healthcheck',
    'readyz',
  ];
  for (const path of paths) {
    const token = path.includes(project) || path.includes(secret) ? held.token : admin;
    assert.equal(await status('GET', `/${path}`, token), 200, path);
    for (const spelled of spellings(path)) {
      const code = await status('GET', spelled, token);
      assert.ok(code === 404 || code === 400, `${spelled}: ${code}`);
    }
    assert.equal(await status('GET', `http://a/${path}`, token), 200, 'a whole URL is the same path');
  }
  assert.equal(await status('GET', `/v3/${project}/volumes/%2e%2e/types`, held.token), 404);
  assert.equal(await status('GET', '/v3/volumes/%2E%2E/types', admin), 404);
});

test('what has to be encoded is read as what it stands for, and what needs not may be as it is', async () => {
  const key = (name: string) => status('GET', `/v3/volumes/${secret}/metadata/${name}`, held.token);
  const { database } = house.to.ports;
  const metadata = { 'a b': '1', 'a:b': '2', é: '3', 'a/b': '4', 'a%62': '5' };
  await database.all(sql('paths.metadata', 'UPDATE volumes SET metadata = :metadata::jsonb WHERE id = :id::uuid'), {
    metadata: JSON.stringify(metadata),
    id: secret,
  });
  for (const name of ['a%20b', 'a:b', 'a%3Ab', '%C3%A9', 'a%2Fb', 'a%2562']) assert.equal(await key(name), 200, name);
  for (const name of ['%61:b', 'a%3ab', '%E9', '%', 'a%2', '%zz', '%u0061']) assert.equal(await key(name), 404, name);
});

test('whatever is encoded, doubled or walked in a path, an answer of another kind than 400 and 404 is that of the path itself', async () => {
  const piece = fc.constantFrom(
    'v3',
    'types',
    'volumes',
    '..',
    '.',
    '',
    '%2e',
    '%2E%2e',
    '%74ypes',
    ';x',
    '%2F',
    '\\',
    '%00',
  );
  const path = fc.array(piece, { minLength: 1, maxLength: 5 }).map((all) => `/${all.join('/')}`);
  const plain = new Set(['/v3/', '/v3', '/v3/types', '/v3/volumes', '/']);
  await fc.assert(
    fc.asyncProperty(path, async (one) => {
      const code = (await status('GET', one, admin)) ?? 0;
      assert.ok([400, 404].includes(code) || plain.has(one), `${one}: ${code}`);
    }),
    { numRuns: 150, seed: 20261130 },
  );
});
