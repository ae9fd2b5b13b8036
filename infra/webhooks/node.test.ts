// Receivers that do everything a receiver should not, on 127.0.0.1, which the tests allow.
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { Webhook as Verifier } from 'standardwebhooks';
import { readRange } from './addresses.ts';
import { keptLookup, type Lookup } from './lookup.ts';
import { nodeWebhooks } from './node.ts';

const servers: Server[] = [];
after(() => {
  for (const one of servers) {
    one.close();
    one.closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const loopback = [readRange('127.0.0.0/8') ?? assert.fail()];
const open = (lookup?: Lookup) => nodeWebhooks({ allowed: loopback, agent: 'scoria/test' }, lookup);
const secret = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`;
const other = `whsec_${Buffer.from('another secret of 24 bytes..').toString('base64')}`;

const webhook = (url: string, secrets = [secret]) => ({
  ...{ url, secrets, id: '17', timestamp: Math.floor(Date.now() / 1000), contentType: 'application/cloudevents+json' },
  body: '{"id":"17","data":{"name":"ä"}}',
});
const never = new AbortController().signal;

test('a receiver verifies what it gets by either of two secrets', async () => {
  let got = { headers: {}, body: '', path: '' as string | undefined };
  const port = await serve(async (request, answer) => {
    const parts = await request.toArray();
    got = { headers: request.headers, body: Buffer.concat(parts).toString(), path: request.url };
    answer.writeHead(202).end('thanks');
  });
  const told = await open().send(webhook(`http://127.0.0.1:${port}/hook?x=1`, [secret, other]), never);
  assert.deepEqual(told, { status: 202, retryAfter: null, text: 'thanks' });
  for (const one of [secret, other])
    assert.deepEqual(new Verifier(one).verify(got.body, got.headers), JSON.parse(got.body));
  assert.equal(got.path, '/hook?x=1');
});

test('the connection goes to the address that was checked, under the name of the URL', async () => {
  let host: string | undefined;
  const port = await serve((request, answer) => {
    host = request.headers.host;
    answer.end();
  });
  let asked = 0;
  const lookup: Lookup = async () => {
    asked += 1;
    return ['127.0.0.1'];
  };
  // No resolver knows this name: whoever looked it up again would not get there.
  await open(lookup).send(webhook(`http://receiver.invalid:${port}/`), never);
  assert.equal(host, `receiver.invalid:${port}`);
  assert.equal(asked, 1);
});

test('a name that changes its address after the check is not followed inside', async () => {
  let wasAsked = false;
  const port = await serve((_, answer) => {
    wasAsked = true;
    answer.end();
  });
  const addresses = [['93.184.216.34'], ['127.0.0.1']];
  const webhooks = nodeWebhooks({ allowed: [], agent: 'x' }, async () => addresses.shift() ?? []);
  assert.equal(await webhooks.refusal('https://rebinds.example/'), null);
  await assert.rejects(webhooks.send(webhook('https://rebinds.example/'), never), /may not be sent to/);
  assert.match((await webhooks.refusal(`http://127.0.0.1:${port}/`)) ?? '', /may not be sent to/);
  assert.equal(wasAsked, false);
});

test('a redirect is an answer and is not followed, not even to itself', async () => {
  let asked = 0;
  const port = await serve((request, answer) => {
    asked += 1;
    answer.writeHead(307, { Location: request.url === '/loop' ? '/loop' : 'http://169.254.169.254/' }).end();
  });
  assert.equal((await open().send(webhook(`http://127.0.0.1:${port}/loop`), never)).status, 307);
  assert.equal((await open().send(webhook(`http://127.0.0.1:${port}/inside`), never)).status, 307);
  assert.equal(asked, 2);
});

test('of an answer without end a little is read, and the connection is cut', async () => {
  let sent = 0;
  let isCut: () => void = () => {};
  const cut = new Promise<void>((resolve) => {
    isCut = resolve;
  });
  const port = await serve((_, answer) => {
    const part = Buffer.alloc(65_536, 'x');
    answer.on('close', isCut);
    const more = () => {
      while (!answer.destroyed) {
        sent += part.length;
        if (!answer.write(part)) return void answer.once('drain', more);
      }
    };
    more();
  });
  const told = await open().send(webhook(`http://127.0.0.1:${port}/`), never);
  await cut;
  assert.equal(told.text, 'x'.repeat(1024));
  assert.ok(sent < 50_000_000, `${sent} bytes were sent`);
});

test('a receiver that hangs, before or in its answer, is given up when the time is over', async () => {
  for (const begins of [false, true]) {
    const stop = new AbortController();
    const late = () => stop.abort(new DOMException('late', 'TimeoutError'));
    const port = await serve((_, answer) => {
      if (begins) answer.write('x', late);
      else late();
    });
    await assert.rejects(open().send(webhook(`http://127.0.0.1:${port}/`), stop.signal), /did not answer in time/);
  }
});

test('a name server that hangs is given up too, and takes no more than two lookups', async () => {
  let asked = 0;
  const hangs = keptLookup(() => {
    asked += 1;
    return new Promise(() => {});
  });
  const webhooks = open(hangs);
  const stop = new AbortController();
  const all = ['a', 'b', 'c', 'd'].map((name) => webhooks.send(webhook(`http://${name}.example/`), stop.signal));
  const given = Promise.all(all.map((one) => assert.rejects(one, /did not answer in time/)));
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new DOMException('late', 'TimeoutError'));
  await given;
  assert.equal(asked, 2);
});

test('what is no HTTP, breaks off or is not there is said in words', async () => {
  const tcp = (talk: (socket: Socket) => void) =>
    new Promise<{ readonly port: number; close(): void }>((resolve) => {
      const server = createTcpServer((socket) => {
        socket.on('error', () => {});
        talk(socket);
      });
      server.listen(0, '127.0.0.1', () =>
        resolve({ port: (server.address() as AddressInfo).port, close: () => server.close() }),
      );
    });
  const cases = [
    { talk: (socket: Socket) => socket.end('SSH-2.0-x\r\n'), words: /not HTTP/ },
    { talk: (socket: Socket) => socket.resetAndDestroy(), words: /broke the connection off/ },
  ];
  for (const { talk, words } of cases) {
    const { port, close } = await tcp(talk);
    await assert.rejects(open().send(webhook(`http://127.0.0.1:${port}/`), never), words);
    await assert.rejects(open().send(webhook(`https://127.0.0.1:${port}/`), never), /receiver|TLS/);
    close();
    await assert.rejects(open().send(webhook(`http://127.0.0.1:${port}/`), never), /refused the connection/);
  }
});
