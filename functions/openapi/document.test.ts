import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { webDigests } from '../../infra/digests/web.ts';
import { storageResources } from '../every-service.ts';
import type { ApiSettings } from '../http/settings.ts';
import { defaultSettings } from '../settings.ts';
import { documentAt, isKnown, takesGzip, unzipped } from './document.ts';

const callWith = (settings: ApiSettings) => ({ settings, ports: { digests: webDigests() } });

test('a document is made once, also for those who ask while it is being made', async () => {
  const settings = { ...defaultSettings };
  const [first, second] = await Promise.all([
    documentAt(storageResources, callWith(settings), 71),
    documentAt(storageResources, callWith(settings), 71),
  ]);
  assert.equal(first, second);
  assert.equal(await documentAt(storageResources, callWith(settings), 71), first);
  const other = await documentAt(storageResources, callWith(settings), 70);
  assert.notEqual(other.etag, first.etag);
});

test('what is kept is a tenth of the document, and what is sent is the same either way', async () => {
  const document = await documentAt(storageResources, callWith(defaultSettings), 71);
  const text = gunzipSync(document.gzip).toString();
  assert.ok(document.gzip.length < text.length / 8, `${document.gzip.length} of ${text.length}`);
  assert.equal(Buffer.from(await unzipped(document)).toString(), text);
  assert.equal(await unzipped(document), await unzipped(document));
});

test('the servers of a document are where it came from, or the public URL: never a host that a client has made up', async () => {
  const serversAt = async (publicUrl: string | null) => {
    const { gzip } = await documentAt(storageResources, callWith({ ...defaultSettings, publicUrl }), 71);
    return JSON.parse(gunzipSync(gzip).toString()).servers;
  };
  assert.deepEqual(await serversAt(null), [{ url: '.' }]);
  assert.deepEqual(await serversAt('https://cloud.test/volume'), [{ url: 'https://cloud.test/volume' }]);
});

test('who takes gzip says so', () => {
  for (const header of ['gzip', 'br;q=1.0, GZIP;q=0.5', '*', 'deflate,gzip,br']) assert.ok(takesGzip(header), header);
  for (const header of [null, '', 'identity', 'br', 'gzip;q=0', 'gzip; q=0.00', 'x-gzip', '*;q=0']) {
    assert.equal(takesGzip(header), false, `${header}`);
  }
});

test('an Etag is known in its weak form and its strong one', () => {
  for (const header of ['W/"a"', '"a"', '*', '"b", W/"a"']) assert.ok(isKnown(header, 'W/"a"'), header);
  for (const header of [null, '', 'W/', '"', 'a', '"b"', '"A"'])
    assert.equal(isKnown(header, 'W/"a"'), false, `${header}`);
});
