// Attacks below the headers, on a real server: bytes that no HTTP client would send.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { type House, openHouse } from './houses.ts';
import { openWire, statusesIn, type Wire } from './wire.ts';

let house: House;
let wire: Wire;
let good: string;
before(async () => {
  house = await openHouse('embedded');
  wire = await openWire(house.app);
  good = (await house.known()).token;
});
after(async () => {
  await wire.close();
  await house.to.close();
});

/** Every status that comes back for a request with these headers. */
const statusesOf = async (lines: readonly string[], path = '/v3/volumes') =>
  statusesIn(await wire.send([`GET ${path} HTTP/1.1`, 'Host: scoria.test', 'Connection: close', ...lines]));

test('a good token in its header is let in, with blanks around it as HTTP has them', async () => {
  assert.deepEqual(await statusesOf([`X-Auth-Token: ${good}`]), [200]);
  assert.deepEqual(await statusesOf([`x-auth-token:\t ${good} \t`]), [200]);
});

test('two tokens are none, whichever comes first', async () => {
  for (const other of ['x', good]) {
    assert.deepEqual(await statusesOf([`X-Auth-Token: ${good}`, `X-Auth-Token: ${other}`]), [401]);
    assert.deepEqual(await statusesOf([`X-Auth-Token: ${other}`, `x-auth-token: ${good}`]), [401]);
  }
  assert.deepEqual(await statusesOf(['X-Auth-Token:', `X-Auth-Token: ${good}`]), [401]);
});

test('a name that only resembles the header is another header', async () => {
  const names = ['X_Auth_Token', 'X-Auth-Token-', 'Auth-Token', 'X-Auth_Token', 'HTTP_X_AUTH_TOKEN'];
  for (const name of names) assert.deepEqual(await statusesOf([`${name}: ${good}`]), [401], name);
});

test('bytes that no header may have end the request', async () => {
  const odd = [`${good}\0`, `\0${good}`, `${good}\rX-Roles: admin`, `x\nX-Auth-Token : ${good}`, `${good}\x7f`];
  for (const value of odd) {
    const statuses = await statusesOf([`X-Auth-Token: ${value}`]);
    assert.ok(
      statuses.every((one) => one === 400 || one === 401),
      `${JSON.stringify(value.slice(-20))}: ${statuses}`,
    );
  }
});

test('letters outside ASCII never make a token', async () => {
  // As UTF-8 bytes: a no-break space, a zero-width space, a byte order mark, letters that look alike.
  const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
  for (const text of [
    `${good}\u00a0`,
    `${good}\u200b`,
    `\ufeff${good}`,
    good.replace(/a/, '\u0430'),
    'é',
    '\ud83d\udd11',
  ]) {
    assert.deepEqual(await statusesOf([`X-Auth-Token: ${utf8(text)}`]), [401]);
  }
});

test('a header that is too large is refused before anybody reads it', async () => {
  assert.deepEqual(await statusesOf([`X-Auth-Token: ${'x'.repeat(15_000)}`]), [401]);
  assert.deepEqual(await statusesOf([`X-Auth-Token: ${'x'.repeat(20_000)}`]), [431]);
  assert.deepEqual(
    await statusesOf([...Array.from({ length: 1500 }, (_, n) => `X-${n}: x`), `X-Auth-Token: ${good}`]),
    [431],
  );
});

test('a body in chunks without end is refused when it is too large', async () => {
  const { socket } = wire.open();
  const head = [
    'POST /v3/volumes HTTP/1.1',
    'Host: scoria.test',
    `X-Auth-Token: ${good}`,
    'Transfer-Encoding: chunked',
  ];
  socket.write(`${[...head, 'Content-Type: application/json'].join('\r\n')}\r\n\r\n`);
  const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`;
  for (let n = 0; n < 8; n += 1) socket.write(chunk); // 128 KiB, and no last chunk
  const [told] = await once(socket, 'data');
  assert.match(String(told), /^HTTP\/1\.1 413 /);
  socket.destroy();
});

test('what is written into an answer cannot become a header of it', async () => {
  const path = '/v3/volumes/%0d%0aX-Evil:%201?marker=%0d%0aSet-Cookie:%20a';
  assert.deepEqual(await statusesOf([`X-Auth-Token: ${good}`], path), [404]);
});

test('a request with two hosts is refused, whichever comes first and whoever asks', async () => {
  const ask = async (...hosts: readonly string[]) =>
    statusesIn(await wire.send(['GET /v3/volumes HTTP/1.1', ...hosts, `X-Auth-Token: ${good}`, 'Connection: close']));
  assert.deepEqual(await ask('Host: scoria.test'), [200]);
  assert.deepEqual(await ask('Host: scoria.test', 'Host: evil.test'), [400]);
  assert.deepEqual(await ask('Host: scoria.test', 'hOST: scoria.test'), [400]);
  assert.deepEqual(await ask('Host:', 'Host: scoria.test'), [400]);
  for (const path of ['/', '/healthcheck', '/identity/v3']) {
    const told = await wire.send([`GET ${path} HTTP/1.1`, 'Host: a', 'Host: b', 'Connection: close']);
    assert.deepEqual(statusesIn(told), [400], path);
  }
});

test('HTTP/1.1 without a host is refused; HTTP/1.0 does without, and links name the address that is listened on', async () => {
  assert.deepEqual(statusesIn(await wire.send(['GET /healthcheck HTTP/1.1'])), [400]);
  for (const [request, status] of [
    ['GET /healthcheck', 200],
    ['OPTIONS /healthcheck', 200],
    ['HEAD /healthcheck', 200],
    ['GET /readyz', 200],
    ['GET /', 300],
    ['OPTIONS /', 300],
    ['HEAD /', 300],
    ['GET /v3/', 200],
    ['GET /v3/volumes', 401],
  ] as const) {
    assert.deepEqual(statusesIn(await wire.send([`${request} HTTP/1.0`])), [status], request);
  }
  assert.match(await wire.send(['OPTIONS / HTTP/1.0']), /"href":"http:\/\/scoria\.test\/v3\/"/);
  assert.deepEqual(statusesIn(await wire.send(['GET /v3/volumes HTTP/1.0', `X-Auth-Token: ${good}`])), [200]);
});

test('only discovery and probes answer OPTIONS', async () => {
  for (const path of ['/v3/volumes', '/identity/v3/users', '/key-manager/v1/secrets/x', '/nowhere']) {
    const head = [`OPTIONS ${path} HTTP/1.1`, 'Host: a', 'Connection: close'];
    assert.deepEqual(statusesIn(await wire.send(head)), [401], path);
    assert.deepEqual(statusesIn(await wire.send([...head, `X-Auth-Token: ${good}`])), [404], path);
  }
});
