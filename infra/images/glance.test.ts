// The adapter over a real connection: bytes that stream both ways, and servers that misbehave.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { glanceImages } from './glance.ts';
import { type Asking, type Images, ImagesError } from './port.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

let answer: Listener;
let images: Images;
let asking: Asking;
const server = createServer((request, response) => answer(request, response));
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  images = glanceImages({ url: `http://127.0.0.1:${address.port}/v2/`, http: fetch });
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asking = { token: 'a-token', signal: AbortSignal.timeout(20_000) };
});

const mib = 1024 * 1024;
const id = '11111111-2222-4333-8444-555555555555';
const expected = { id, sizeBytes: 4 * mib, checksum: null, hashAlgorithm: null, hashValue: null };
const fails = (failure: string) => (error: unknown) => {
  assert.ok(error instanceof ImagesError, String(error));
  assert.equal(error.failure, failure);
  assert.doesNotMatch(error.message, /a-token|secret/);
  return true;
};

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const part of bytes) size += part.length;
  return size;
}

test('an upload streams: the server has the first bytes before the last ones exist', async () => {
  const arrived = Promise.withResolvers<void>();
  let received = 0;
  answer = (request, response) => {
    assert.equal(request.headers['x-auth-token'], 'a-token');
    if (request.method === 'GET') {
      response.end(JSON.stringify({ id, status: 'active', size: 3 * mib }));
      return;
    }
    assert.equal(request.url, `/v2/images/${id}/file`);
    assert.equal(request.headers['content-type'], 'application/octet-stream');
    request.on('data', (part: Buffer) => {
      received += part.length;
      if (received >= mib) arrived.resolve();
    });
    request.on('end', () => response.writeHead(204).end());
  };
  async function* bytes() {
    yield new Uint8Array(mib);
    await arrived.promise;
    yield new Uint8Array(2 * mib);
  }
  await images.upload(id, bytes(), 3 * mib, asking);
  assert.equal(received, 3 * mib);
});

test('what stops the bytes of an upload is what the upload rejects with', async () => {
  answer = (request, response) => {
    request.on('error', () => {});
    request.on('data', () => {});
    request.on('end', () => response.writeHead(204).end());
  };
  const reason = new Error('the volume is gone');
  async function* bytes() {
    yield new Uint8Array(mib);
    throw reason;
  }
  await assert.rejects(images.upload(id, bytes(), 2 * mib, asking), reason);
});

test('an image that has got its bytes from an earlier try is left as it is', async () => {
  answer = (request, response) => {
    if (request.method === 'GET') response.end(JSON.stringify({ id, status: 'active', size: mib }));
    else request.resume().on('end', () => response.writeHead(409).end());
  };
  async function* bytes() {
    yield new Uint8Array(mib);
  }
  await images.upload(id, bytes(), mib, asking);
  await assert.rejects(images.upload(id, bytes(), 2 * mib, asking), fails('damaged'));
});

test('a download that breaks off is not taken for the whole', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'Content-Length': 4 * mib });
    response.write(Buffer.alloc(mib), () => response.destroy());
  };
  await assert.rejects(drain(await images.download(expected, asking)), fails('unavailable'));
  answer = (_, response) => response.end(Buffer.alloc(mib));
  await assert.rejects(drain(await images.download(expected, asking)), fails('unavailable'));
  answer = (_, response) => response.end(Buffer.alloc(5 * mib));
  await assert.rejects(drain(await images.download(expected, asking)), fails('damaged'));
});

test('bytes with another digest than promised are damaged, whichever digest the service has', async () => {
  answer = (_, response) => response.end(Buffer.alloc(4 * mib));
  const zeros = 'b5cfa9d6c8febd618f91ac2843d50a1c';
  assert.equal(await drain(await images.download({ ...expected, checksum: zeros }, asking)), 4 * mib);
  await assert.rejects(
    drain(await images.download({ ...expected, checksum: zeros.replace('b', 'c') }, asking)),
    fails('damaged'),
  );
  const better = { ...expected, checksum: zeros, hashAlgorithm: 'sha512', hashValue: '00' };
  await assert.rejects(drain(await images.download(better, asking)), fails('damaged'));
  const unknown = { ...expected, checksum: zeros, hashAlgorithm: 'of-the-future', hashValue: '00' };
  assert.equal(await drain(await images.download(unknown, asking)), 4 * mib);
});

test('a download ends when its signal is aborted', async () => {
  answer = (_, response) => {
    response.writeHead(200);
    response.write(Buffer.alloc(mib));
  };
  const stop = new AbortController();
  const reading = drain(await images.download(expected, { token: 'a-token', signal: stop.signal }));
  stop.abort(new Error('too late'));
  await assert.rejects(reading, /too late/);
});

const statuses: readonly (readonly [number, string])[] = [
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [410, 'gone'],
  [413, 'refused'],
  [429, 'unavailable'],
  [500, 'unavailable'],
];
for (const [status, failure] of statuses) {
  test(`${status} is ${failure}, and nothing of what the service wrote is repeated`, async () => {
    answer = (_, response) => response.writeHead(status).end('secret words');
    await assert.rejects(images.show(id, asking), fails(failure));
    await assert.rejects(images.download(expected, asking), fails(failure));
  });
}

test('an answer that is no image and a redirect are taken for a service that is away', async () => {
  answer = (_, response) => response.end('<html>');
  await assert.rejects(images.show(id, asking), fails('unavailable'));
  answer = (_, response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end();
  await assert.rejects(images.show(id, asking), fails('unavailable'));
});
