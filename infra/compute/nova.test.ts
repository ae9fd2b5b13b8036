import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Http, HttpInit } from '../http/port.ts';
import { IdentityUnavailable } from '../identity/port.ts';
import { novaCompute } from './nova.ts';
import { ComputeError, type ServerEvent } from './port.ts';

const server = '77777777-7777-4777-8777-777777777777';
const volume = '11111111-1111-4111-8111-111111111111';
const event: ServerEvent = { name: 'volume-extended', server, volume, status: 'completed' };
const never = new AbortController().signal;
const notFound = { itemNotFound: { code: 404, message: `Instance ${server} could not be found.` } };

type Answer = Response | Error;
const json = (status: number, body: unknown) => Response.json(body, { status });
const verdict = (status: number, code: unknown) => json(status, { events: [{ server_uuid: server, code }] });

/** A Nova that gives these answers one after the other, and what it was sent. */
function nova(...answers: Answer[]) {
  const sent: { url: string; init: HttpInit }[] = [];
  const dropped: string[] = [];
  let tokens = 0;
  const http: Http = async (url, init) => {
    sent.push({ url, init });
    const next = answers.shift();
    if (next === undefined) throw new Error('nobody expected this request');
    if (next instanceof Error) throw next;
    return next;
  };
  const session = {
    async token() {
      tokens += 1;
      return `secret-${tokens}`;
    },
    drop: (token: string) => void dropped.push(token),
  };
  return { compute: novaCompute({ url: 'http://nova.test/v2.1/', session, http }), sent, dropped };
}

const fails = (isPassing: boolean) => (error: unknown) => {
  assert.ok(error instanceof ComputeError);
  assert.equal(error.isPassing, isPassing, error.message);
  assert.doesNotMatch(error.message, /secret/);
  return true;
};

test('an event is sent in the microversion that it came with, with the volume as its tag', async () => {
  for (const [name, version] of [
    ['volume-extended', '2.51'],
    ['volume-reimaged', '2.93'],
  ] as const) {
    const { compute, sent } = nova(verdict(200, 200));
    assert.equal(await compute.tell({ ...event, name }, never), true);
    const [{ url, init } = { url: '', init: { method: '', headers: {}, signal: never, redirect: 'error' } as const }] =
      sent;
    assert.equal(`${init.method} ${url}`, 'POST http://nova.test/v2.1/os-server-external-events');
    assert.equal(init.headers['OpenStack-API-Version'], `compute ${version}`);
    assert.equal(init.headers['X-Auth-Token'], 'secret-1');
    assert.deepEqual(JSON.parse(String('body' in init ? init.body : '')), {
      events: [{ name, server_uuid: server, tag: volume, status: 'completed' }],
    });
  }
});

test('there is nobody to tell when Nova does not know the server or no host has it', async () => {
  for (const answer of [json(404, notFound), verdict(207, 404), verdict(207, 422)]) {
    assert.equal(await nova(answer).compute.tell(event, never), false);
  }
});

test('an event that was not taken is an error, and one that may pass is one that is tried again', async () => {
  const wrong = [verdict(207, 400), verdict(200, 'fine'), json(200, {}), json(200, 'no'), json(400, {}), json(403, {})];
  for (const answer of wrong) await assert.rejects(nova(answer).compute.tell(event, never), fails(false));
  for (const status of [500, 503, 429, 408]) {
    await assert.rejects(nova(json(status, {})).compute.tell(event, never), fails(true));
  }
  await assert.rejects(nova(new TypeError('fetch failed')).compute.tell(event, never), fails(true));
});

test('a server uses a volume unless Nova itself says that it does not: a 404 of somebody else says nothing', async () => {
  const yes = nova(json(200, { volumeAttachment: { volumeId: volume } }));
  assert.equal(await yes.compute.uses(server, volume, never), true);
  assert.equal(yes.sent[0]?.url, `http://nova.test/v2.1/servers/${server}/os-volume_attachments/${volume}`);
  assert.equal(await nova(json(404, notFound)).compute.uses(server, volume, never), false);
  for (const other of [new Response('not here', { status: 404 }), json(404, {}), json(404, { itemNotFound: 'no' })]) {
    await assert.rejects(nova(other).compute.uses(server, volume, never), fails(false));
  }
});

test('a redirect is not followed, and an answer without an end is not read', async () => {
  const elsewhere = nova(new Response(null, { status: 302, headers: { Location: 'http://evil.test/' } }));
  await assert.rejects(elsewhere.compute.uses(server, volume, never), fails(false));
  assert.equal(elsewhere.sent.length, 1);
  assert.equal(elsewhere.sent[0]?.init.redirect, 'manual');
  let parts = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      parts += 1;
      controller.enqueue(new Uint8Array(10_000).fill(32));
    },
  });
  await assert.rejects(nova(new Response(endless)).compute.uses(server, volume, never), fails(true));
  assert.ok(parts < 20, `${parts} parts`);
});

test('a token that Nova refuses is dropped and another one tried, once', async () => {
  const { compute, sent, dropped } = nova(json(401, {}), json(404, notFound));
  assert.equal(await compute.uses(server, volume, never), false);
  assert.deepEqual(dropped, ['secret-1']);
  assert.deepEqual(
    sent.map(({ init }) => init.headers['X-Auth-Token']),
    ['secret-1', 'secret-2'],
  );
  await assert.rejects(nova(json(401, {}), json(401, {})).compute.uses(server, volume, never), fails(false));
});

test('a Keystone that gives no token is said to be the reason, and may pass', async () => {
  const session = {
    token: () => Promise.reject(new IdentityUnavailable('away')),
    drop: () => {},
  };
  const compute = novaCompute({ url: 'http://nova.test', session, http: async () => json(200, {}) });
  await assert.rejects(compute.uses(server, volume, never), (error: unknown) => {
    assert.ok(error instanceof ComputeError && error.isPassing);
    return /Keystone/.test(error.message);
  });
});

test('whoever gives up is told why in his own words', async () => {
  const over = new AbortController();
  const begun = Promise.withResolvers<void>();
  const http: Http = (_url, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      begun.resolve();
    });
  const session = { token: async () => 'secret', drop: () => {} };
  const asked = novaCompute({ url: 'http://nova.test', session, http }).uses(server, volume, over.signal);
  await begun.promise;
  over.abort(new Error('it is late'));
  await assert.rejects(asked, /it is late/);
});
