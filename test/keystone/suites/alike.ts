// The embedded Keystone answers as Debian's does: the same requests to both, their statuses and the shapes of their
// answers. Where they differ, it is here, with the reason.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { canary } from '../../harness/canaries.ts';
import { projectScope, signIn, type TestIdentity, testIdentity } from '../../harness/identity.ts';
import { goThrough } from '../scenario.ts';
import { type RealKeystone, realKeystone } from '../server.ts';
import type { Ask } from '../walk.ts';

const ofAll = 'who may list all projects sees all of them here, and not only those with a role of its own';
const ofRoles = 'roles are shown by id, name and domain; what is not unrestricted is false and not null';

const differences: Readonly<Record<string, string>> = {
  'project below with parents_as_list': ofAll,
  'project above with parents_as_list': ofAll,
  'project above with subtree_as_list': ofAll,
  'role made mutable': 'an option that is off is left out',
  'signed in by no method': 'a list of no methods is a wrong body',
  'application credential': ofRoles,
  'application credential shown': ofRoles,
  'application credentials': ofRoles,
  'application credential with a role of later': ofRoles,
  'credential absent': "another's credential is not found, and nor is one that is not there",
  service: 'a description is always there',
};

let keystone: RealKeystone;
let to: TestIdentity;
before(async () => {
  [keystone, to] = await Promise.all([realKeystone('fernet'), testIdentity()]);
});
after(async () => {
  await keystone?.stop();
  await to?.close();
});

const real: Ask = async (method, path, body, headers = {}) => {
  const response = await fetch(`${keystone.url}/v3${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  const token = response.headers.get('x-subject-token');
  return { status: response.status, token, body: text === '' ? null : JSON.parse(text) };
};

const embedded: Ask = async (method, path, body, headers = {}) => {
  to.pass(1);
  const { status, headers: said, body: told } = await to.send(method, path, { headers, body });
  return { status, token: said.get('x-subject-token'), body: told ?? null };
};

test('each request is answered with the same status and a body of the same shape, or the difference is known', async () => {
  const theirs = await goThrough(real, await keystone.signIn('admin', 'admin'), 'admin-secret');
  const ours = await goThrough(embedded, await signIn(to, 'admin', projectScope('admin')), canary('admin-secret'));
  assert.ok(ours.length > 200, String(ours.length));
  assert.equal(new Set(ours.map((one) => one.what)).size, ours.length);
  const unlike = ours.flatMap((one, index) => {
    const other = theirs[index];
    return JSON.stringify(one) === JSON.stringify(other) ? [] : [{ what: one.what, ours: one, theirs: other }];
  });
  const unknown = unlike.filter(({ what }) => differences[what] === undefined);
  assert.deepEqual(unknown, []);
  assert.deepEqual(Object.keys(differences).sort(), unlike.map(({ what }) => what).sort());
});
