// S3 against an emulator that is not ours, and against answers that no emulator gives.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import { startFauxqs } from 'fauxqs';
import { listed, objectsContract } from './objects.contract.ts';
import { ObjectsError, type ObjectsFailure } from './port.ts';
import { type S3Options, s3Objects } from './s3.ts';

process.env.AWS_ACCESS_KEY_ID = 'key-of-the-tests';
process.env.AWS_SECRET_ACCESS_KEY = 'secret-of-the-tests';

const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
after(() => server.stop());
server.createBucket('backups');

const options: S3Options = {
  bucket: 'backups',
  prefix: '',
  region: null,
  endpoint: `http://127.0.0.1:${server.port}`,
  isPathStyle: true,
  encryption: null,
  kmsKey: null,
};
const bytes = (text: string) => new TextEncoder().encode(text);

objectsContract('s3', () => s3Objects(options), 10);

test('stores with different prefixes share a bucket and see nothing of each other', async () => {
  const [one, two] = ['team/one', 'team/one-more'].map((prefix) => s3Objects({ ...options, prefix }));
  assert.ok(one && two);
  await one.put('chunks/a', bytes('one'));
  assert.equal(await two.get('chunks/a'), null);
  assert.deepEqual(await listed(two, 'chunks'), []);
  assert.deepEqual(await listed(one, 'chunks'), ['chunks/a']);
  assert.deepEqual(await listed(s3Objects(options), 'team/one'), ['team/one/chunks/a']);
  await two.delete('chunks/a');
  assert.notEqual(await one.get('chunks/a'), null);
  await one.delete('chunks/a');
});

test('what another program has put into the bucket under a name that is not ours is not listed', async () => {
  const { S3Client, PutObjectCommand } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ endpoint: options.endpoint ?? '', region: 'us-east-1', forcePathStyle: true });
  for (const Key of ['strange/', 'strange/ä', 'strange/../up', 'strange/fine']) {
    await client.send(new PutObjectCommand({ Bucket: 'backups', Key, Body: 'x' }));
  }
  assert.deepEqual(await listed(s3Objects(options), 'strange'), ['strange/fine']);
});

type Answer = (response: ServerResponse) => void;

const xml =
  (status: number, code: string): Answer =>
  (response) => {
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>AKIDLEAK was told off</Message></Error>`;
    response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
  };

/** A server that gives one answer after the other, the last for ever, and counts. */
async function answering(answers: readonly Answer[]) {
  const seen: { method: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const stub = createServer((request, response) => {
    seen.push({ method: request.method ?? '', headers: request.headers });
    request.resume().on('end', () => answers[Math.min(seen.length, answers.length) - 1]?.(response));
  });
  await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
  after(() => stub.close().closeAllConnections());
  const address = stub.address();
  assert.ok(address !== null && typeof address === 'object');
  const url = `http://127.0.0.1:${address.port}`;
  return { objects: s3Objects({ ...options, endpoint: url }), seen, stub, url };
}

const refusals: readonly (readonly [ObjectsFailure, Answer])[] = [
  ['refused', xml(403, 'AccessDenied')],
  ['refused', xml(403, 'SignatureDoesNotMatch')],
  ['refused', xml(404, 'NoSuchBucket')],
  ['refused', xml(301, 'PermanentRedirect')],
  ['refused', xml(400, 'InvalidRequest')],
  ['unavailable', xml(400, 'ExpiredToken')],
  ['unavailable', xml(409, 'OperationAborted')],
  ['unavailable', xml(500, 'InternalError')],
  ['unavailable', xml(503, 'SlowDown')],
  ['unavailable', (response) => response.destroy()],
  ['no-space', xml(403, 'QuotaExceeded')],
  ['no-space', xml(507, 'InsufficientStorage')],
];

test('each error of a server becomes the word that says what to do, and quotes no credential', async () => {
  for (const [failure, answer] of refusals) {
    const { objects } = await answering([answer]);
    for (const work of [
      () => objects.put('a/b', bytes('x')),
      () => objects.get('a/b'),
      () => objects.delete('a/b'),
      () => listed(objects, 'a'),
    ]) {
      await assert.rejects(work, (error) => {
        assert.ok(error instanceof ObjectsError, String(error));
        assert.equal(error.failure, failure, error.message);
        assert.match(error.message, /^The store of backups .*\. Look at the bucket backups \(.+\)\.$/);
        assert.doesNotMatch(JSON.stringify([error.message, error.cause]), /AKIDLEAK|-of-the-tests/);
        return true;
      });
    }
  }
});

test('a server that is busy for a moment is asked again, and then it is done', async () => {
  const { objects, seen } = await answering([xml(503, 'SlowDown'), (r) => r.destroy(), (r) => r.writeHead(200).end()]);
  await objects.put('a/b', bytes('x'));
  assert.equal(seen.length, 3);
});

test('an answer that breaks off is an error, never a shorter object', async () => {
  const half: Answer = (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('x'.repeat(50), () => response.destroy());
  };
  const { objects } = await answering([half]);
  await assert.rejects(objects.get('a/b'), (error) => error instanceof ObjectsError && error.failure === 'unavailable');
});

test('a server that is not there is unavailable', async () => {
  const { objects, stub } = await answering([xml(500, 'InternalError')]);
  stub.close();
  await assert.rejects(objects.get('a/b'), (error) => {
    return error instanceof ObjectsError && error.failure === 'unavailable' && /ECONNREFUSED/.test(error.message);
  });
});

test('objects are encrypted by the server as it is set, and carry a checksum that the server compares', async () => {
  const { seen, url } = await answering([(response) => response.writeHead(200).end()]);
  const wanted: readonly (readonly [Partial<S3Options>, string | undefined, string | undefined])[] = [
    [{}, undefined, undefined],
    [{ encryption: 'AES256' }, 'AES256', undefined],
    [{ encryption: 'aws:kms', kmsKey: 'key-1' }, 'aws:kms', 'key-1'],
  ];
  for (const [changed, encryption, key] of wanted) {
    await s3Objects({ ...options, endpoint: url, ...changed }, 'scoria/1.2.3').put('a/b', bytes('x'));
    const headers = seen.at(-1)?.headers ?? {};
    assert.match(String(headers['user-agent']), /\bscoria\/1\.2\.3\b/);
    assert.equal(headers['content-md5'], createHash('md5').update('x').digest('base64'));
    assert.equal(headers['x-amz-server-side-encryption'], encryption);
    assert.equal(headers['x-amz-server-side-encryption-aws-kms-key-id'], key);
  }
});

test('the SDK is loaded where S3 is used and nowhere else', () => {
  const lines = readFileSync(new URL('s3.ts', import.meta.url), 'utf8').split('\n');
  const named = lines.filter((line) => line.includes("'@aws-sdk/"));
  assert.deepEqual(
    named
      .filter((line) => !line.startsWith('import type') && !line.includes('typeof import('))
      .map((line) => line.trim()),
    ["opened ??= import('@aws-sdk/client-s3').then((sdk) => ({"],
  );
});
