// What holds for a request to any operation, whatever it is for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newestMinor } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { projects } from '../harness/people.ts';
import * as samples from '../harness/samples.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../harness/scoria.ts';
import { digest, seedWorld } from '../harness/world.ts';

let scoria: Scoria;
let untouched: string;
before(async () => {
  scoria = await startScoria({ workers: false });
  await seedWorld(scoria.database);
  untouched = await digest(scoria.database);
});
after(() => scoria.close());

const newest = `3.${newestMinor}`;

function send(operation: Operation, asked: Asked = {}, project: string | null = null): Promise<Told> {
  const path = samples.pathOf(operation, 'own', {}, project);
  return scoria.ask(operation.method, path, { version: newest, body: samples.bodyOf(operation), ...asked });
}

/** A refusal of Block Storage: its fault, and the headers that every answer bears. */
function assertFault(told: Told, status: number, fault: string, version: string | null = newest): void {
  assert.equal(told.status, status, told.text);
  assert.equal(told.body[fault]?.code, status, told.text);
  assertHeaders(told, version);
}

function assertHeaders(told: Told, version: string | null): void {
  assert.match(told.headers.get('x-openstack-request-id') ?? '', /^req-[0-9a-f-]{36}$/);
  assert.equal(told.headers.get('openstack-api-version'), version === null ? null : `volume ${version}`);
  assert.equal(told.headers.get('vary'), version === null ? null : 'OpenStack-API-Version');
}

/** One test for a guarantee, over all operations; it fails with the name of the operation. */
function forEach(name: string, all: readonly Operation[], check: (operation: Operation) => Promise<void>): void {
  test(`${name} (${all.length} operations)`, async () => {
    for (const operation of all) {
      await check(operation).catch((error: Error) => {
        error.message = `${operation.name}: ${error.message}`;
        throw error;
      });
    }
  });
}

for (const as of [null, 'nobody', '']) {
  forEach(`the token ${JSON.stringify(as)} gets no further than 401`, samples.guarded, async (operation) => {
    const told = await send(operation, { as });
    assert.equal(told.status, 401);
    assert.deepEqual(told.body, {
      error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
    });
    assert.match(told.headers.get('www-authenticate') ?? '', /^Keystone uri="http.+"$/);
    assertHeaders(told, null);
  });
}

for (const version of ['3.72', '3.999', '2.0', '4.0']) {
  forEach(`the unknown microversion ${version} is 406`, samples.guarded, async (operation) => {
    const told = await send(operation, { version });
    assertFault(told, 406, 'computeFault', null);
    assert.match(told.body.computeFault.message, /^Version \d+\.\d+ is not supported by the API\. Minimum is 3\.0/);
  });
}

for (const version of ['abc', '3', '3.', '3.01', '03.1', '-3.1', '3.1.1', '']) {
  forEach(`the malformed microversion "${version}" is 400`, samples.guarded, async (operation) => {
    const told = await send(operation, { version });
    assertFault(told, 400, 'badRequest', null);
    assert.match(told.body.badRequest.message, /is of invalid format\. Must be of format MajorNum\.MinorNum\.$/);
  });
}

const since = samples.guarded.filter((one) => samples.before(one) !== null);
forEach('below its microversion an operation does not exist', since, async (operation) => {
  const version = samples.before(operation);
  const told = await send(operation, { version, as: 'admin' });
  assertFault(told, 404, 'itemNotFound', version);
  assert.equal(told.body.itemNotFound.message, 'The resource could not be found.');
});

const inProject = samples.guarded.filter((one) => one.at === undefined);
forEach("another project than the token's in the URL is 400, for an admin too", inProject, async (operation) => {
  for (const as of ['member', 'admin', 'systemAdmin']) {
    const told = await send(operation, { as }, projects.other);
    assertFault(told, 400, 'badRequest');
    assert.equal(told.body.badRequest.message, 'Malformed request url');
  }
});

forEach('a path that goes on behind its end is 404', samples.guarded, async (operation) => {
  const path = `${samples.pathOf(operation, 'own')}/no/such/end`;
  const told = await scoria.ask(operation.method, path, { as: 'admin', version: newest });
  assertFault(told, 404, 'itemNotFound');
});

test('nothing of what was refused has changed anything', async () => {
  assert.equal(await digest(scoria.database), untouched);
});

/** Operations that answer a text and no JSON. */
const bare = new Set(['volume-encryption-show-item']);

forEach('both forms of the path answer alike, with the headers of every answer', inProject, async (operation) => {
  await seedWorld(scoria.database);
  const plain = await send(operation, { as: 'admin' });
  await seedWorld(scoria.database);
  const withProject = await send(operation, { as: 'admin' }, projects.own);
  assert.equal(withProject.status, plain.status, `${plain.text}\n${withProject.text}`);
  assertHeaders(plain, newest);
  assertHeaders(withProject, newest);
  if (plain.body !== null) assert.deepEqual(Object.keys(withProject.body), Object.keys(plain.body));
  const isEmpty = plain.text === '';
  const isText = plain.status < 400 && bare.has(operation.name);
  assert.equal(plain.headers.get('content-type')?.startsWith('application/json') ?? false, !isEmpty && !isText);
  assert.ok(plain.status === operation.success || (plain.status >= 400 && plain.status < 500), plain.text);
});

const open = samples.operations.filter((one) => one.open === true);
forEach('an open operation needs no token and minds no microversion', open, async (operation) => {
  for (const version of [null, '3.72', 'abc']) {
    const told = await send(operation, { as: null, version });
    assert.equal(told.status, operation.success, told.text);
    assert.match(told.headers.get('x-openstack-request-id') ?? '', /^req-/);
  }
});
