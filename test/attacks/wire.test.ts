// Attacks below the headers, on a real server: bytes that no HTTP client would send.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import { type House, openHouse } from './houses.ts';

let house: House;
let server: ReturnType<typeof createAdaptorServer>;
let good: string;
before(async () => {
  house = await openHouse('embedded');
  server = createAdaptorServer({ fetch: house.app.fetch });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  good = (await house.known()).token;
});
after(async () => {
  server.close();
  await house.to.close();
});

/** Sends bytes and returns every status that comes back until the server closes. */
async function statusesOf(lines: readonly string[], path = '/v3/volumes'): Promise<number[]> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1'); // it listens on a port
  const head = [`GET ${path} HTTP/1.1`, 'Host: scoria.test', 'Connection: close', ...lines];
  socket.write(Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'));
  let told = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    told += chunk;
  });
  socket.on('error', () => {}); // a server may close on such bytes before they are all sent
  await once(socket, 'close');
  return [...told.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((found) => Number(found[1]));
}

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
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1'); // it listens on a port
  socket.setEncoding('latin1');
  socket.on('error', () => {}); // the server closes while bytes still come
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
