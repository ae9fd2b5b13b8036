import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { lineLog } from '../../infra/log/lines.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let written = '';
let scoria: Scoria;
before(async () => {
  const log = lineLog(
    (line) => (written += line),
    'info',
    () => 0,
  );
  scoria = await startScoria({ workers: false, log });
});
after(() => scoria.close());
beforeEach(() => {
  written = '';
});

const lines = () =>
  written
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter((line) => line.event === 'request');

test('each request leaves one line that names its operation, its client and how it ended', async () => {
  const told = await scoria.ask('GET', '/v3/volumes/detail', {
    version: '3.71',
    headers: { 'User-Agent': 'a client/1' },
  });
  const [{ milliseconds, ...line }] = lines();
  assert.ok(milliseconds >= 0);
  assert.deepEqual(line, {
    time: '1970-01-01T00:00:00.000Z',
    level: 'info',
    event: 'request',
    operation: 'volume-list-detail',
    method: 'GET',
    status: 200,
    microversion: '3.71',
    client: 'a client/1',
    requestId: told.headers.get('x-openstack-request-id'),
  });
});

test('an action is named by its body, and a refused one that was never read by nothing', async () => {
  const action = { body: { 'os-reserve': null } };
  const path = '/v3/volumes/00000000-0000-4000-8000-000000000000/action';
  assert.equal((await scoria.ask('POST', path, action)).status, 404);
  assert.equal((await scoria.ask('POST', path, { ...action, as: null })).status, 401);
  assert.equal((await scoria.ask('GET', '/v3/nothing')).status, 404);
  assert.deepEqual(
    lines().map(({ operation, status }) => [operation, status]),
    [
      ['volume-reserve', 404],
      [null, 401],
      [null, 404],
    ],
  );
});

test('a line holds no token, no path, no query and no body, and no more of a name than one knows a client by', async () => {
  const secret = 'canary-0f3b';
  const headers = { 'X-Service-Token': secret, 'User-Agent': `${'a'.repeat(200)}${secret}` };
  await scoria.ask('GET', `/v3/volumes/${secret}?name=${secret}`, { headers });
  await scoria.ask('POST', '/v3/volumes', { headers, body: { volume: { name: secret } } });
  assert.equal(lines().length, 2);
  assert.ok(!written.includes(secret), written);
});
