// What an operator's policy.yaml says of the rules of the embedded Keystone changes what is answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createApp } from '../../functions/app.ts';
import { everyService } from '../../functions/every-service.ts';
import { readOverrides } from '../../functions/http/policy-table.ts';
import { identityResources } from '../../functions/identity/resources.ts';
import { defaultSettings } from '../../functions/settings.ts';
import { signIn, type TestIdentity, testIdentity } from '../harness/identity.ts';
import { type IdentityActions, identityActions } from '../harness/identity-actions.ts';
import { type IdentityWorld, identityOperations, identityWorld } from '../harness/identity-world.ts';

let to: TestIdentity;
let act: IdentityActions;
let admin: string;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
  admin = await signIn(to, 'admin');
});
after(() => to.close());

const rules = identityResources.flatMap((resource) => Object.keys(resource.rules));

/** Sends every operation under a file that says the same of every rule; returns the status and the text of each. */
async function under(check: string, world: IdentityWorld, token: string) {
  const file = rules.map((rule) => `"${rule}": "${check}"`).join('\n');
  const app = createApp(everyService, to.ports, defaultSettings, readOverrides(file));
  const told = new Map<string, { status: number; text: string }>();
  for (const operation of identityOperations.filter((one) => one.method === 'GET' || check === '!')) {
    const body = world.bodyOf(operation);
    const headers = new Headers({ 'X-Auth-Token': token, 'X-Subject-Token': world.persona.token });
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    const init = { method: operation.method, headers, body: body === undefined ? null : JSON.stringify(body) };
    const response = await app.request(`http://keystone.test/identity/v3${world.pathOf(operation)}`, init);
    told.set(operation.name, { status: response.status, text: await response.text() });
  }
  return told;
}

test('a file that lets nobody pass keeps even an admin from everything but what is its own', async () => {
  const world = await identityWorld(to, act, admin);
  const told = await under('!', world, admin);
  for (const [name, { status, text }] of told) {
    const isEmpty = status === 200 && /"(credentials|limits)":\[\]/.test(text);
    assert.ok(status === 403 || status === 404 || isEmpty, `${name}: ${status} ${text.slice(0, 200)}`);
  }
  assert.ok(told.size > 120, String(told.size));
});

test('a file that lets everybody pass shows everybody everything', async () => {
  const world = await identityWorld(to, act, admin);
  const told = await under('@', world, await signIn(to, 'demo'));
  for (const [name, { status, text }] of told) {
    assert.ok(status !== 403 && status !== 401, `${name}: ${status} ${text.slice(0, 200)}`);
  }
});
