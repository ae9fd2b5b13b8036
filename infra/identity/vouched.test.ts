import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentOf, asAgent } from '../http/agent.ts';
import type { Http, HttpInit } from '../http/port.ts';
import { IdentityUnavailable, type ServiceSession } from './port.ts';
import { vouched } from './vouched.ts';

const init = { method: 'GET', headers: { 'X-Auth-Token': "a user's" }, redirect: 'error' } as const;
const signal = new AbortController().signal;

function peer(...statuses: number[]) {
  const sent: HttpInit['headers'][] = [];
  const http: Http = async (_url, { headers }) => {
    sent.push(headers);
    return new Response(null, { status: statuses.shift() ?? 200 });
  };
  let made = 0;
  const session: ServiceSession = {
    token: async () => `own ${made}`,
    drop: () => {
      made += 1;
    },
  };
  return { sent, http, session };
}

test("a request with a user's token bears one of ours beside it, and says who asks", async () => {
  const { sent, http, session } = peer();
  await vouched(asAgent(http, agentOf('1.2.3')), session)('http://x.test/', { ...init, signal });
  assert.deepEqual(sent, [{ 'User-Agent': 'scoria/1.2.3', 'X-Auth-Token': "a user's", 'X-Service-Token': 'own 0' }]);
});

test('a token of ours that is refused is replaced, once, and never where the bytes cannot be sent twice', async () => {
  const { sent, http, session } = peer(401, 401, 401);
  assert.equal((await vouched(http, session)('http://x.test/', { ...init, signal })).status, 401);
  assert.deepEqual(
    sent.map((headers) => headers['X-Service-Token']),
    ['own 0', 'own 1'],
  );
  const body = new ReadableStream<Uint8Array>();
  await vouched(http, session)('http://x.test/', { ...init, body, duplex: 'half', signal });
  assert.equal(sent.length, 3);
});

test('without a token of ours the request goes with the one of the user', async () => {
  const { sent, http } = peer();
  const session = { token: () => Promise.reject(new IdentityUnavailable('away')), drop: () => {} };
  await vouched(http, session)('http://x.test/', { ...init, signal });
  assert.deepEqual(sent, [init.headers]);
});
