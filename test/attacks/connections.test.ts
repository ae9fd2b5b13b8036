// Clients that are slow on purpose, on a real server: what one of them holds is little, and not for long.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../../functions/app.ts';
import { everyService } from '../../functions/every-service.ts';
import { defaultLimits } from '../../functions/http/limits.ts';
import { defaultSettings } from '../../functions/settings.ts';
import { memoryCounters } from '../../infra/counters/memory.ts';
import { lineLog } from '../../infra/log/lines.ts';
import { type House, openHouse } from './houses.ts';
import { openWire, type Wire } from './wire.ts';

let house: House;
let good: string;
const lines: string[] = [];
before(async () => {
  house = await openHouse('embedded');
  good = (await house.known()).token;
});
after(() => house.to.close());

/** The service with these limits at the door; time does not pass for them. */
function appWith(limits: Partial<typeof defaultLimits> = {}) {
  const counters = memoryCounters({ clock: { now: () => 0 } });
  const log = lineLog(
    (line) => lines.push(line),
    'debug',
    () => 0,
  );
  const settings = { ...defaultSettings, limits: { ...defaultLimits, ...limits } };
  return createApp(everyService, { ...house.to.ports, counters, log }, settings);
}

const seconds = { headerSeconds: 1, requestSeconds: 1, answerSeconds: 1 };

async function withServer(served: Promise<Wire>, use: (server: Wire) => Promise<void>): Promise<void> {
  const server = await served;
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

const asks = (server: Wire) => fetch(`${server.url}/v3/volumes`, { headers: { 'X-Auth-Token': good } });
const head = (line: string, ...more: readonly string[]) => [line, 'Host: scoria.test', ...more, '', ''].join('\r\n');
const post = (...more: readonly string[]) => head('POST /identity/v3/auth/tokens HTTP/1.1', ...more);

test('unfinished bodies take nobody else’s place, however many they are, and are cut off after seconds', async () => {
  await withServer(openWire(appWith({ concurrent: 4 }), seconds), async (server) => {
    const open = Array.from({ length: 50 }, () => server.open(`${post('Content-Length: 1000')}{"auth`));
    await sleep(100);
    assert.equal((await asks(server)).status, 200);
    const since = performance.now();
    const told = await Promise.all(open.map((one) => one.closed));
    assert.ok(performance.now() - since < 5000);
    for (const one of told) assert.match(one, /^HTTP\/1\.1 408 /);
    assert.equal(server.reached(), 1);
  });
});

test('a request counts when it is whole on every platform, not only where the server keeps it until then', async () => {
  const app = appWith({ concurrent: 1 });
  const body = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
  void app.request('/identity/v3/auth/tokens', { method: 'POST', body, ...{ duplex: 'half' } });
  await sleep(20);
  assert.equal((await app.request('/v3/volumes', { headers: { 'X-Auth-Token': good } })).status, 200);
});

const slow: Readonly<Record<string, { readonly first: string; readonly more?: string }>> = {
  'says nothing': { first: '' },
  'sends half a header': { first: 'GET /v3/volumes HTTP/1.1\r\nHost: sco' },
  'sends a header a second, without end': { first: 'GET /v3/volumes HTTP/1.1\r\n', more: 'X-More: 1\r\n' },
  'sends a byte of its body a second': { first: post('Content-Length: 1000'), more: '{' },
  'sends chunks without end': { first: post('Transfer-Encoding: chunked'), more: '1\r\n \r\n' },
  'waits for a go-ahead and sends nothing': { first: post('Content-Length: 1000', 'Expect: 100-continue') },
  'sends a body with a request that needs none': { first: head('GET / HTTP/1.1', 'Content-Length: 9'), more: 'a' },
  'sends half of a second request': { first: `${head('GET / HTTP/1.1')}GET / HT` },
};

for (const [what, { first, more }] of Object.entries(slow)) {
  test(`who ${what} is cut off after seconds`, async () => {
    await withServer(openWire(appWith(), seconds), async (server) => {
      const { socket, closed } = server.open(first);
      const trickle = setInterval(() => more !== undefined && !socket.destroyed && socket.write(more), 300);
      const since = performance.now();
      await closed;
      clearInterval(trickle);
      assert.ok(performance.now() - since < 5000, `${performance.now() - since} ms`);
    });
  });
}

/** A connection that reads nothing. */
async function unread(server: Wire, bytes: string) {
  const socket = connect({ port: server.port, host: '127.0.0.1' });
  socket.on('error', () => {}).pause();
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** Answers that no buffer of the kernel takes whole. */
const largeSize = 16 * 2 ** 20;
const large = { fetch: () => new Response('x'.repeat(largeSize)) };

/** Reads until the large answer is whole or the server has closed. */
function isReadWhole(socket: Socket): Promise<boolean> {
  let size = 0;
  return new Promise((resolve) => {
    socket.on('close', () => resolve(size >= largeSize));
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size >= largeSize) socket.destroy();
    });
    socket.resume();
  });
}

test('who reads no answer has one waiting, however many requests are sent ahead, and is cut off after seconds', async () => {
  await withServer(openWire(large, seconds), async (server) => {
    const socket = await unread(server, head('GET / HTTP/1.1').repeat(16));
    await sleep(300);
    assert.equal(server.reached(), 1);
    await sleep(1500);
    // What was under way is read; the rest of the first answer and all others never come.
    assert.equal(await isReadWhole(socket), false);
    assert.equal(server.reached(), 1);
  });
});

test('who sends more requests ahead than any client does is cut off', async () => {
  await withServer(openWire(large, { answerSeconds: 60 }), async (server) => {
    const silent = server.open('');
    const used = server.open('GET / HTTP/1.1\r\n');
    await sleep(100);
    const socket = await unread(server, head('GET / HTTP/1.1').repeat(1000));
    socket.resume();
    await once(socket, 'close');
    assert.equal(server.reached(), 1);
    assert.equal(await silent.closed, '', 'nor may its connections stay that have sent nothing');
    assert.equal(await Promise.race([used.closed, sleep(100)]), undefined, 'one that has sent something stays');
    const again = server.open(head('GET / HTTP/1.1', 'Connection: close'));
    assert.equal(await again.closed, '', 'the client may not connect for a second');
    await sleep(1200);
    assert.match(await server.open(head('GET / HTTP/1.1', 'Connection: close')).closed, /^HTTP\/1\.1 200 /);
  });
});

test('of answers that nobody reads those are given up that wait longest, when together they hold too much', async () => {
  await withServer(openWire(large, { answerSeconds: 60 }), async (server) => {
    const sockets = [];
    for (let n = 0; n < 8; n += 1) sockets.push(await unread(server, head('GET / HTTP/1.1')));
    while (server.reached() < 8) await sleep(10);
    const areWhole = await Promise.all(sockets.map(isReadWhole));
    assert.equal(areWhole[0], false, 'the first has waited longest');
    assert.equal(areWhole.at(-1), true, 'the last is served');
    assert.ok(areWhole.filter((isWhole) => isWhole).length >= 3, `${areWhole}`);
  });
});

test('requests that are sent ahead are answered one after the other, with their bodies', async () => {
  const echo = {
    fetch: async (request: Request) => new Response(`${new URL(request.url).pathname}:${await request.text()};`),
  };
  await withServer(openWire(echo), async (server) => {
    const body = 'POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc';
    const chunked = 'POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n';
    const last = 'GET /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const told = await server.open(head('GET /a HTTP/1.1') + body + chunked + last).closed;
    assert.deepEqual(told.match(/\/\w:\w*;/g), ['/a:;', '/b:abc;', '/c:abcd;', '/d:;']);
  });
});

test('who waits for a go-ahead gets it, unless the body would be too large', async () => {
  await withServer(openWire(appWith()), async (server) => {
    const small = server.open(post('Content-Length: 2', 'Expect: 100-continue', 'Connection: close'));
    await once(small.socket, 'data');
    assert.match(small.told(), /^HTTP\/1\.1 100 /);
    small.socket.write('{}');
    assert.match(await small.closed, /HTTP\/1\.1 400 /);
    const large = server.open(post('Content-Length: 1000000', 'Expect: 100-continue'));
    assert.match(await large.closed, /^HTTP\/1\.1 413 /);
  });
});

test('one client has its share of connections, and others have theirs', async () => {
  await withServer(openWire(large, { connectionsPerClient: 3 }), async (server) => {
    const held = Array.from({ length: 3 }, () => server.open());
    await Promise.all(held.map(({ socket }) => once(socket, 'connect')));
    assert.equal(await server.open(head('GET / HTTP/1.1')).closed, '');
    const other = connect({ port: server.port, host: '127.0.0.1', localAddress: '127.0.0.2' });
    other.write(head('GET / HTTP/1.1'));
    assert.match(String(await once(other, 'data')), /^HTTP\/1\.1 200 /);
    other.destroy();
    held[0]?.socket.destroy();
    await sleep(50);
    const again = server.open(head('GET / HTTP/1.1'));
    await once(again.socket, 'data');
    again.socket.destroy();
  });
});

test('a client that goes away in the middle of anything is no line in the log', async () => {
  await withServer(openWire(appWith()), async (server) => {
    lines.length = 0;
    const token = `X-Auth-Token: ${good}`;
    const requests = [
      `${post('Content-Length: 1000')}{"auth`,
      `${post('Transfer-Encoding: chunked')}3\r\n{"a`,
      `${post('Transfer-Encoding: chunked')}zz\r\n`,
      `${head('POST /v3/volumes HTTP/1.1', token, 'Content-Length: 1000')}{`,
      `${head('PUT /v3/volumes HTTP/1.1', token, 'Content-Length: 1000')}{`,
      `${head('PUT /nothing HTTP/1.1', 'Content-Length: 1000')}{`,
      head('GET /openapi.json HTTP/1.1'),
      head('GET /v3/volumes HTTP/1.1', token),
      'GET / HTTP/1.1\r\nHost: a\r\nHost',
      '\x16\x03\x01\x02\x00',
    ];
    for (const bytes of requests) {
      for (const end of ['end', 'resetAndDestroy'] as const) {
        const { socket } = server.open(bytes);
        await once(socket, 'connect');
        await sleep(20);
        socket[end]();
      }
    }
    await sleep(100);
    const told = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error' || level === 'warn');
    assert.deepEqual(told, []);
    assert.equal((await asks(server)).status, 200);
  });
});
