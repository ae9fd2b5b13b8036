// No secret comes out of the real process: everything is logged, every secret bears a mark, and what it said and wrote
// is searched for them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { canary, canarySealingKey, holdsCanary } from '../../harness/canaries.ts';
import { ask } from '../clients.ts';
import { type Ended, type Service, scoria, startService, temporaryFolder } from '../service.ts';

const adminPassword = canary('admin-password');
const sealingKey = canarySealingKey();

/** Where secrets are kept on purpose, readable for the operator alone. */
const keepers = new Set(['passwords.json', 'signing-keys.json', 'secret-keys']);

/** PostgreSQL's own are 16 MiB at most. */
const mostBytes = 64 * 1024 * 1024;

/** The files of a folder that hold one of the texts, or anything that bears the mark. */
function filesWith(folder: string, secrets: readonly string[]): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return files.flatMap((file) => {
    const path = join(file.parentPath, file.name);
    // The volumes themselves are their users' data: sparse files of whole GiB.
    if (keepers.has(file.name) || statSync(path).size > mostBytes) return [];
    const bytes = readFileSync(path);
    const found = secrets.filter((one) => bytes.includes(one));
    return found.length > 0 || holdsCanary(bytes.toString('latin1')) ? [`${path}: ${found.join(' ')}`] : [];
  });
}

function assertSilent({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>, secrets: readonly string[] = []): void {
  for (const text of [stdout, stderr]) {
    const lines = text.split('\n').filter((line) => holdsCanary(line) || secrets.some((one) => line.includes(one)));
    assert.deepEqual(lines, []);
  }
}

type Body = Readonly<Record<string, unknown>>;

async function enter(service: Service, identity: Body, scope?: Body) {
  const told = await ask(service, null, 'POST', '/identity/v3/auth/tokens', {
    auth: { identity, ...(scope === undefined ? {} : { scope }) },
  });
  return { status: told.status, token: told.headers.get('x-subject-token') ?? '', body: told.body };
}

const byPassword = (name: string, password: string) => ({
  methods: ['password'],
  password: { user: { name, domain: { id: 'default' }, password } },
});
const inProject = (name: string) => ({ project: { name, domain: { id: 'default' } } });

/** Uses every kind of secret, well and wrongly, and says those that were made up by the service. */
async function useSecrets(service: Service): Promise<string[]> {
  const faults: string[] = [];
  const admin = await enter(service, byPassword('admin', adminPassword), inProject('admin'));
  assert.equal(admin.status, 201, JSON.stringify(admin.body));
  const as = async (token: string, method: string, path: string, body?: unknown) => {
    const told = await ask(service, token, method, path, body);
    if (told.status >= 400) faults.push(JSON.stringify(told.body));
    return told;
  };
  const made = { name: 'ann', password: canary('password-of-ann'), default_project_id: admin.body.token.project.id };
  const { user } = (await as(admin.token, 'POST', '/identity/v3/users', { user: made })).body;
  const roles = (await as(admin.token, 'GET', '/identity/v3/roles?name=member')).body.roles;
  const grant = `/identity/v3/projects/${made.default_project_id}/users/${user.id}/roles/${roles[0].id}`;
  assert.equal((await as(admin.token, 'PUT', grant)).status, 204);
  const ann = await enter(service, byPassword('ann', made.password));
  const mine = `/identity/v3/users/${user.id}`;
  const credentials = `${mine}/application_credentials`;
  const given = { name: 'given', secret: canary('credential') };
  assert.equal((await as(ann.token, 'POST', credentials, { application_credential: given })).status, 201);
  const credential = (await as(ann.token, 'POST', credentials, { application_credential: { name: 'made' } })).body
    .application_credential;
  const volume = (await as(ann.token, 'POST', '/v3/volumes', { volume: { size: 1, name: 'v' } })).body.volume.id;
  let status = 'creating';
  while (status === 'creating') ({ status } = (await as(ann.token, 'GET', `/v3/volumes/${volume}`)).body.volume);
  const offer = (await as(ann.token, 'POST', '/v3/volume-transfers', { transfer: { volume_id: volume } })).body
    .transfer;
  // And wrongly.
  const accept = { accept: { auth_key: canary('wrong-key') } };
  await as(ann.token, 'POST', `/v3/volume-transfers/${offer.id}/accept`, accept);
  await as(canary('token'), 'GET', '/v3/volumes');
  await as(`${ann.token}x`, 'GET', '/v3/volumes');
  for (const user of [canary('a-password-for-a-name'), 'ann']) await enter(service, byPassword(user, canary('wrong')));
  const change = { user: { original_password: canary('wrong'), password: canary('other') } };
  await as(ann.token, 'POST', `${mine}/password`, change);
  await as(ann.token, 'POST', `${mine}/password`, { user: { password: { is: canary('malformed') } } });
  await as(ann.token, 'POST', '/identity/v3/auth/tokens', { auth: { identity: { methods: [canary('method')] } } });
  assert.deepEqual(faults.filter(holdsCanary), []);
  assert.ok(faults.length >= 5, `${faults.length}`);
  return [admin.token, ann.token, credential.secret, offer.auth_key];
}

test('the process that logs everything says no secret, and its data folder holds none', async () => {
  const env = { SCORIA_LOG: 'debug', SCORIA_ADMIN_PASSWORD: adminPassword, SCORIA_SECRET_KEYS: sealingKey };
  const service = await startService({ env });
  const made = await useSecrets(service);
  const ended = await service.stop();
  assert.match(ended.stderr, /"level":"debug"/);
  assertSilent(ended, made);
  assert.deepEqual(filesWith(service.data, made), []);
  // The search finds what is there: what it looked through holds the name of the user and of the volume.
  assert.notDeepEqual(filesWith(service.data, ['ann']), []);
});

test('what cannot be reached is named without its password', async () => {
  const folder = temporaryFolder();
  const password = canary('database-password');
  const waits = { SCORIA_PORT: '0', SCORIA_LOG: 'debug', SCORIA_DATABASE_WAIT: '1' };
  const database = { ...waits, DATABASE_URL: `postgres://u:${password}@127.0.0.1:1/none` };
  for (const args of [['doctor', '--json'], ['doctor'], ['migrate'], ['start']]) {
    const ended = await scoria(args, folder, { ...database, SCORIA_SECRET_KEYS: sealingKey });
    assert.notEqual(ended.code, 0);
    assertSilent(ended);
  }
  const wrongly = await scoria(['start'], folder, { SCORIA_SECRET_KEYS: canary('no-key') });
  assert.equal(wrongly.code, 2);
  assertSilent(wrongly);
  const keystone = {
    SCORIA_LOG: 'debug',
    SCORIA_IDENTITY: 'keystone',
    SCORIA_KEYSTONE_URL: 'http://127.0.0.1:1',
    SCORIA_KEYSTONE_PASSWORD: canary('service-password'),
  };
  const service = await startService({ env: keystone });
  assert.equal((await ask(service, canary('token'), 'GET', '/v3/volumes')).status, 503);
  const ended = await service.stop();
  assert.match(ended.stderr, /identity-unavailable/);
  assertSilent(ended);
});
