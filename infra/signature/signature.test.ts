// What we sign is what AWS's own signer makes of the same request.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { signer } from './port.ts';

const bytesOf = (part: string | ArrayBuffer | ArrayBufferView) => {
  if (typeof part === 'string') return Buffer.from(part);
  return ArrayBuffer.isView(part) ? Buffer.from(part.buffer, part.byteOffset, part.byteLength) : Buffer.from(part);
};

class Sha256 {
  readonly #hash;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }
  update(part: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(bytesOf(part));
  }
  digest = async () => new Uint8Array(this.#hash.digest());
  reset() {}
}

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret+/=é' };
const now = Date.parse('2026-11-30T23:59:59.999Z');
const cases = [
  ['rds-data', 'https://rds-data.eu-central-1.amazonaws.com/Execute', { 'content-type': 'application/json' }],
  ['sqs', 'http://127.0.0.1:4566/', { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': 'AmazonSQS.X' }],
  ['kms', "https://proxy.example/a b/c!'()*/é", { 'X-Amz-Target': ' two  spaces ' }],
] as const;

for (const [service, address, headers] of cases) {
  for (const sessionToken of [undefined, 'session/+=']) {
    test(`${service}, ${sessionToken === undefined ? 'with keys' : 'with a session'}: as AWS's signer`, async () => {
      const url = new URL(address);
      const credentials = { ...keys, ...(sessionToken === undefined ? {} : { sessionToken }) };
      const theirs = new SignatureV4({ credentials, region: 'eu-central-1', service, sha256: Sha256 });
      const request = { method: 'POST', protocol: url.protocol, hostname: url.hostname, path: url.pathname, query: {} };
      const body = '{"é":"😀"}';
      const wanted = await theirs.sign(
        { ...request, headers: { ...headers, host: url.host }, body },
        { signingDate: new Date(now), unsignableHeaders: new Set(['x-amz-content-sha256']) },
      );
      const sign = signer({ ...credentials, service, region: 'eu-central-1' });
      const made = await sign(address, headers, body, now);
      assert.equal(made.authorization, wanted.headers.authorization);
      assert.equal(made['x-amz-security-token'], sessionToken);
      assert.notEqual((await sign(address, headers, body, now + 1)).authorization, made.authorization, 'the next day');
    });
  }
}
