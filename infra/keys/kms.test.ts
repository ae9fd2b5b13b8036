import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Http } from '../http/port.ts';
import { memorySecrets } from '../secrets/memory.ts';
import { embeddedKeys } from './embedded.ts';
import { kmsKeys } from './kms.ts';
import { KeysError } from './port.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret+/=', sessionToken: 'session' };
const options = { keyId: 'alias/scoria', region: 'eu-central-1', ...credentials };
const now = Date.parse('2026-11-25T02:00:00.123Z');
const clock = { now: () => now, sleep: async () => {} };
const id = '11111111-1111-4111-8111-111111111111';

/** What the AWS SDK's signer hashes with. */
class Sha256 {
  readonly #hash;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', toBuffer(key));
  }
  update(part: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(toBuffer(part));
  }
  digest = async () => new Uint8Array(this.#hash.digest());
  reset() {}
}
const toBuffer = (part: string | ArrayBuffer | ArrayBufferView) =>
  typeof part === 'string'
    ? Buffer.from(part)
    : ArrayBuffer.isView(part)
      ? Buffer.from(part.buffer, part.byteOffset, part.byteLength)
      : Buffer.from(part);

/** The signature that the AWS SDK makes of the same request. */
async function signatureOf(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
  const signer = new SignatureV4({ credentials, region: options.region, service: 'kms', sha256: Sha256 });
  const told = Object.fromEntries(
    Object.entries(headers).filter(([name]) => ['content-type', 'x-amz-target'].includes(name.toLowerCase())),
  );
  const request = { method: 'POST', protocol: url.protocol, hostname: url.hostname, path: url.pathname, query: {} };
  const signed = await signer.sign(
    { ...request, headers: { ...told, host: url.host }, body },
    { signingDate: new Date(now), unsignableHeaders: new Set(['x-amz-content-sha256']) },
  );
  return signed.headers.authorization ?? '';
}

/**
 * A KMS of one key: it takes what is signed as the AWS SDK signs it, and opens only under the context that it sealed
 * for.
 */
function fakeKms() {
  const key = randomBytes(32);
  const state = { asked: [] as string[], down: 0, denies: false };
  const seal = (plain: Buffer, context: string) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  const open = (blob: Buffer, context: string) => {
    const plain = createDecipheriv('aes-256-gcm', key, blob.subarray(0, 12)).setAAD(Buffer.from(context));
    plain.setAuthTag(blob.subarray(-16));
    return Buffer.concat([plain.update(blob.subarray(12, -16)), plain.final()]);
  };
  const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status });
  const http: Http = async (to, init) => {
    const url = new URL(to);
    if (state.down > 0) {
      state.down -= 1;
      throw new TypeError('fetch failed');
    }
    assert.equal(url.host, 'kms.eu-central-1.amazonaws.com');
    const { body } = init;
    assert.ok(typeof body === 'string');
    assert.equal(init.headers.authorization, await signatureOf(url, init.headers, body));
    assert.equal(init.headers['x-amz-security-token'], credentials.sessionToken);
    const action = (init.headers['x-amz-target'] ?? '').replace('TrentService.', '');
    state.asked.push(action);
    if (state.denies) return answer(400, { __type: 'com.amazonaws#AccessDeniedException', message: 'secret words' });
    const asked = JSON.parse(body);
    assert.equal(asked.KeyId, options.keyId);
    const context = JSON.stringify(asked.EncryptionContext);
    if (action === 'GenerateDataKeyWithoutPlaintext') {
      return answer(200, { CiphertextBlob: seal(randomBytes(asked.NumberOfBytes), context).toString('base64') });
    }
    try {
      return answer(200, { Plaintext: open(Buffer.from(asked.CiphertextBlob, 'base64'), context).toString('base64') });
    } catch {
      return answer(400, { __type: 'InvalidCiphertextException' });
    }
  };
  return { http, state };
}

const failing = (failure: string) => (error: unknown) => {
  assert.ok(error instanceof KeysError);
  assert.equal(error.failure, failure);
  assert.doesNotMatch(`${error.stack}`, /secret words|AKIDEXAMPLE/);
  return true;
};

const subject = () => {
  const kms = fakeKms();
  const before = embeddedKeys(memorySecrets());
  return { ...kms, before, keys: kmsKeys(options, { http: kms.http, clock, before }) };
};

test('KMS makes keys that nothing but KMS opens, asked with requests signed as the AWS SDK signs them', async () => {
  const { keys, state } = subject();
  const [one, two] = [await keys.make(32, id), await keys.make(64, id)];
  assert.match(one, /^kms1\./);
  assert.deepEqual([(await keys.open(one, id)).length, (await keys.open(two, id)).length], [32, 64]);
  assert.deepEqual(await keys.open(one, id), await keys.open(one, id));
  assert.deepEqual(new Set(state.asked), new Set(['GenerateDataKeyWithoutPlaintext', 'Decrypt']));
});

test('a key sealed for one id does not open under another, and what was sealed before KMS still opens', async () => {
  const { keys, before } = subject();
  const material = await keys.make(32, id);
  await assert.rejects(keys.open(material, id.replaceAll('1', '2')), failing('damaged'));
  const old = await before.make(32, id);
  assert.deepEqual(await keys.open(old, id), await before.open(old, id));
});

test('KMS that is away is asked once more, and then told of; a refusal is passed on without its words', async () => {
  const { keys, state } = subject();
  state.down = 1;
  const material = await keys.make(32, id);
  state.down = 2;
  await assert.rejects(keys.open(material, id), failing('unavailable'));
  state.denies = true;
  await assert.rejects(keys.make(32, id), failing('refused'));
});
