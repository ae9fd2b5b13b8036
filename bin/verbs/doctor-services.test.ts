import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { canary } from '../../test/harness/canaries.ts';
import { services } from './doctor-services.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server of its own that answers everything with that status; its URL, and what it was asked. */
async function answering(status: number): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' }).end('{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Where nobody listens. */
async function nowhere(): Promise<string> {
  const { url } = await answering(200);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return url;
}

const password = canary('of-the-service');
const user = { name: 'cinder', password, project: 'service', userDomain: 'Default', projectDomain: 'Default' };
const embedded = { kind: 'embedded' } as const;

test('doctor names a Nova, Glance and Barbican that cannot be reached, or answer with a failure', async () => {
  const url = await nowhere();
  const failing = await answering(502);
  const compute = { url, identityUrl: null, user };
  const told = await services({ identity: null, compute, imageUrl: failing.url, keys: { kind: 'barbican', url } });
  assert.deepEqual(
    told.map(({ name, isFine }) => [name, isFine]),
    [
      ['nova', false],
      ['glance', false],
      ['barbican', false],
    ],
  );
  assert.match(told[0]?.says ?? '', /cannot be reached.*start it, or correct its URL/);
  assert.match(told[1]?.says ?? '', /answered 502/);
});

test('doctor tries a wrong password once for all who share it, names its settings and never the password', async () => {
  const keystone = await answering(401);
  const nova = await answering(200);
  const compute = { url: nova.url, identityUrl: keystone.url, user };
  const identity = { kind: 'keystone', url: keystone.url, user, jwsKeys: null } as const;
  const told = await services({ identity, compute, imageUrl: null, keys: embedded });
  assert.deepEqual(
    told.map(({ name, isFine }) => [name, isFine]),
    [
      ['keystone', false],
      ['nova', false],
    ],
  );
  assert.match(told[0]?.says ?? '', /does not let the service user cinder in.*SCORIA_KEYSTONE_PASSWORD/);
  assert.match(told[1]?.says ?? '', /SCORIA_NOVA_PASSWORD/);
  assert.doesNotMatch(JSON.stringify(told), new RegExp(password));
  assert.equal(keystone.asked.length, 1);
});

test('doctor signs in at no Keystone where it is our own, and asks nobody who is not set', async () => {
  const nova = await answering(401);
  const compute = { url: nova.url, identityUrl: null, user };
  const told = await services({ identity: null, compute, imageUrl: null, keys: embedded });
  assert.deepEqual(told, [{ name: 'nova', isFine: true, says: `${nova.url} answers` }]);
  assert.deepEqual(nova.asked, ['GET /']);
  assert.deepEqual(await services({ identity: null, compute: null, imageUrl: null, keys: embedded }), []);
});
