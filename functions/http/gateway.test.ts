import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { addressOf } from './gateway.ts';

/** The client's address as seen through N proxies, for a connection from 10.0.0.9. */
async function client(proxies: number, forwarded: string | null, remoteAddress: string | undefined = '10.0.0.9') {
  const app = new Hono().get('/', (context) => context.json(addressOf(context, proxies)));
  const headers = forwarded === null ? {} : { 'X-Forwarded-For': forwarded };
  const response = await app.request('/', { headers }, { incoming: { socket: { remoteAddress } } });
  return response.json();
}

test('without proxies of ours who asks is the connection, whatever a header says', async () => {
  for (const forged of [null, '192.0.2.1', '192.0.2.1, 192.0.2.2']) assert.equal(await client(0, forged), '10.0.0.9');
  assert.equal(await client(0, null, '::ffff:10.0.0.8'), '10.0.0.8');
  assert.equal(await client(0, null, '2001:db8::1'), '2001:db8:0:0::/64');
});

test('behind proxies of ours it is whom the outermost of them saw', async () => {
  const chain = '203.0.113.9, 192.0.2.1, 198.51.100.1';
  assert.equal(await client(1, chain), '198.51.100.1');
  assert.equal(await client(2, chain), '192.0.2.1');
  // A request that bypassed the outer proxy has one entry too few; its client is the connection.
  assert.equal(await client(2, '192.0.2.1'), '10.0.0.9');
  assert.equal(await client(2, null), '10.0.0.9');
});

test('junk in the header is no client of its own, but one with the connection that brought it', async () => {
  for (const junk of ['unknown', '', ' ', 'x'.repeat(64), '1.2.3', '<script>', '192.0.2.1, nonsense', '192.0.2.1,']) {
    assert.equal(await client(1, junk), '10.0.0.9', junk);
  }
});

test('where the platform does not say it is not known', async () => {
  assert.equal(await client(0, '192.0.2.1', ''), null);
});
