// The API at the edge, in workerd: what it refuses never reaches the region, and what it does is what the API does anywhere.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { generateKeyPair } from 'jose';
import * as samples from '../harness/samples.ts';
import { assertDescribed } from '../openapi/documents.ts';
import { bundle } from './bundle.ts';
import { type EdgeWorld, startEdge } from './world.ts';

let edge: EdgeWorld;
let member: string;
let admin: string;
before(async () => {
  edge = await startEdge({ SCORIA_RATE_PER_PROJECT: '1000:2000' });
  member = await edge.issuer.token(['member']);
  admin = await edge.issuer.token(['admin']);
});
after(() => edge.close());

interface Asked {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function ask(method: string, path: string, { token = member, body, headers = {} }: Asked = {}, at = edge) {
  const sent = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${at.url}${path}`, {
    method,
    headers: {
      'OpenStack-API-Version': 'volume 3.71',
      ...(token === null ? {} : { 'X-Auth-Token': token }),
      ...(sent === null ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: sent,
  });
  const text = await response.text();
  // Whether an answer is compressed is between Cloudflare and the client.
  const told = new Headers(response.headers);
  told.delete('content-encoding');
  assertDescribed({ method, path, requestBody: sent, status: response.status, headers: told, text });
  return { status: response.status, text, body: text.startsWith('{') ? JSON.parse(text) : null };
}

test('the Worker is at most 160 KiB gzip', () => {
  const size = gzipSync(readFileSync(bundle), { level: 9 }).length;
  assert.ok(size <= 160 * 1024, `${(size / 1024).toFixed(1)} KiB`);
});

test('a volume is created, shown, listed and deleted through the edge, by the workers of the region', async () => {
  const made = await ask('POST', '/v3/volumes', { body: { volume: { size: 1, name: 'from the edge' } } });
  assert.equal(made.status, 202, made.text);
  const path = `/v3/volumes/${made.body.volume.id}`;
  for (let tries = 0; (await ask('GET', path)).body.volume.status !== 'available'; tries += 1) {
    assert.ok(tries < 100, 'it never became available');
    await setTimeout(100);
  }
  const listed = await ask('GET', '/v3/volumes/detail');
  assert.deepEqual(
    listed.body.volumes.map((one: { name: string }) => one.name),
    ['from the edge'],
  );
  assert.equal((await ask('DELETE', path)).status, 202);
  for (let tries = 0; (await ask('GET', path)).status !== 404; tries += 1) {
    assert.ok(tries < 100, 'it was never gone');
    await setTimeout(100);
  }
});

test('a connection waits at the edge for the back end, by asking the database', async () => {
  const { body } = await ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  const path = `/v3/volumes/${body.volume.id}`;
  for (let tries = 0; (await ask('GET', path)).body.volume.status !== 'available' && tries < 100; tries += 1)
    await setTimeout(100);
  const attachment = { volume_uuid: body.volume.id, connector: { host: 'h', initiator: 'iqn.2026-01.org.example:h' } };
  const attached = await ask('POST', '/v3/attachments', { body: { attachment } });
  assert.equal(attached.status, 200, attached.text);
  assert.ok(attached.body.attachment.connection_info);
});

test('a request that is refused never reaches the region', async () => {
  const stranger = (await generateKeyPair('ES256')).privateKey;
  const good = await ask('GET', '/v3/volumes');
  assert.equal(good.status, 200);
  const forged = await edge.issuer.token(['admin'], { by: stranger });
  const over = await edge.issuer.token(['member'], { seconds: -600 });
  const reader = await edge.issuer.token(['reader']);
  const volume = { volume: { size: 1 } };
  const refused: [number, string, string, Asked][] = [
    [401, 'GET', '/v3/volumes', { token: null }],
    [401, 'GET', '/v3/volumes', { token: 'made-up' }],
    [401, 'GET', '/v3/volumes', { token: forged }],
    [401, 'GET', '/v3/volumes', { token: over }],
    [403, 'POST', '/v3/volumes', { token: reader, body: volume }],
    [403, 'GET', '/v3/os-services', {}],
    [400, 'POST', '/v3/volumes', { body: '{' }],
    [400, 'POST', '/v3/volumes', { body: { volume: { size: 'large' } } }],
    [400, 'POST', '/v3/volumes', { body: { volume: { size: 1 }, other: 1 } }],
    [413, 'POST', '/v3/volumes', { body: { volume: { size: 1, name: 'x'.repeat(200_000) } } }],
    [406, 'GET', '/v3/volumes', { headers: { 'OpenStack-API-Version': 'volume 3.99' } }],
    [404, 'GET', '/v3/nothing-of-the-kind', {}],
    [404, 'GET', '/v3/volumes/no-id-at-all', {}],
    [400, 'GET', '/v3/volumes?limit=many', {}],
  ];
  const before = edge.regional();
  const reads = edge.issuer.reads();
  for (const [status, method, path, asked] of refused) {
    const told = await ask(method, path, asked);
    assert.equal(told.status, status, `${method} ${path} ${told.text}`);
    assert.equal(edge.regional(), before, `${method} ${path} ${status} reached the region`);
  }
  assert.equal(edge.issuer.reads(), reads, 'nor does it reach the issuer');
  await ask('GET', '/v3/volumes');
  assert.ok(edge.regional() > before, 'what is not refused does, and is counted');
});

test('limits are kept at the edge: beyond the rate of a project nothing reaches the region', async () => {
  const narrow = await startEdge({ SCORIA_RATE_PER_PROJECT: '1:3', SCORIA_RATE_STATUS: '429' });
  try {
    const token = await narrow.issuer.token(['member']);
    const statuses: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      statuses.push((await ask('GET', '/v3/volumes', { token }, narrow)).status);
    }
    const served = statuses.filter((one) => one === 200).length;
    assert.ok(served >= 3 && served < 12, statuses.join(' '));
    assert.ok(statuses.every((one) => one === 200 || one === 429));
    assert.equal(narrow.regional(), served, 'one statement for each that was served');
    const other = await narrow.issuer.token(['member'], { project: 'p2' });
    assert.equal(
      (await ask('GET', '/v3/volumes', { token: other }, narrow)).status,
      200,
      'another project is not held up',
    );
  } finally {
    await narrow.close();
  }
});

test('hostile bodies to every operation: never a 5xx', async () => {
  const hostile = [
    'null',
    '[]',
    '{"volume":null}',
    '{"a":{"b":[1,{}]}}',
    '"x"',
    '{"\\u0000":"\\ud800"}',
    `{"x":${'['.repeat(500)}`,
  ];
  const operations = samples.guarded.filter((one) => one.body !== undefined);
  assert.ok(operations.length > 80);
  for (const [index, operation] of operations.entries()) {
    for (const body of [hostile[index % hostile.length], hostile[(index + 3) % hostile.length]]) {
      const path = samples.pathOf(operation, 'own');
      const told = await ask(operation.method, path, { token: admin, body });
      assert.ok(told.status < 500, `${operation.name} ${body}: ${told.status} ${told.text}`);
    }
  }
});

test('requests at once are answered, each with its own answer', async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, n) => ask('POST', '/v3/volumes', { body: { volume: { size: 1, name: `n${n}` } } })),
  );
  const names = made.map((one) => (one.status === 202 ? one.body.volume.name : String(one.status)));
  // The quota of a project is ten volumes; which of them come first is nobody's guess.
  assert.equal(names.filter((one) => one.startsWith('n')).length, 9, names.join(' '));
  assert.equal(new Set(names.filter((one) => one.startsWith('n'))).size, 9);
  assert.ok(names.every((one) => one.startsWith('n') || one === '413'));
});

test('a Worker that is not set up says so to nobody but its log', async () => {
  const bare = await startEdge({ SCORIA_SECRET_KEYS: '' });
  try {
    const response = await fetch(`${bare.url}/v3/volumes`);
    assert.equal(response.status, 503);
    assert.doesNotMatch(await response.text(), /SCORIA/);
    assert.match(JSON.stringify(bare.logs()), /SCORIA_SECRET_KEYS must be set/);
  } finally {
    await bare.close();
  }
});

test('what the region serves is passed on to it as it is, and an answer that goes on comes while it does', async () => {
  const heard: { target: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const { promise: seen, resolve: isSeen } = Promise.withResolvers<void>();
  const region = createServer(async (asked, answer) => {
    let body = '';
    for await (const chunk of asked) body += chunk;
    heard.push({ target: `${asked.method} ${asked.url}`, headers: asked.headers, body });
    answer.writeHead(asked.method === 'GET' ? 200 : 409, { 'content-type': 'text/event-stream', 'x-from': 'region' });
    answer.write('first');
    if (asked.method === 'GET') await seen;
    answer.end('last');
  });
  await new Promise<void>((resolve) => region.listen(0, '127.0.0.1', resolve));
  const { port } = region.address() as AddressInfo;
  const other = await startEdge({ SCORIA_REGION_URL: `http://127.0.0.1:${port}/` });
  try {
    const headers = { 'X-Auth-Token': 'of the client', Prefer: 'wait=20', 'X-Forwarded-For': '6.6.6.6' };
    const streamed = await fetch(`${other.url}/scoria/v1/events?after=3&wait`, { headers });
    assert.deepEqual([streamed.status, streamed.headers.get('x-from')], [200, 'region']);
    const reader = streamed.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader?.read())?.value, 'first');
    isSeen();
    assert.equal((await reader?.read())?.value, 'last');
    const sent = { method: 'POST', headers, body: '{"subscription":{}}' };
    const refused = await fetch(`${other.url}/scoria/v1/subscriptions`, sent);
    assert.deepEqual([refused.status, await refused.text()], [409, 'firstlast']);
    assert.deepEqual(
      heard.map(({ target, body }) => [target, body]),
      [
        ['GET /scoria/v1/events?after=3&wait', ''],
        ['POST /scoria/v1/subscriptions', sent.body],
      ],
    );
    for (const { headers: told } of heard) {
      assert.deepEqual([told['x-auth-token'], told.prefer], ['of the client', 'wait=20']);
      assert.doesNotMatch(String(told['x-forwarded-for']), /6\.6\.6\.6/);
    }
  } finally {
    region.close();
    region.closeAllConnections();
    await other.close();
  }
});
