// Keys that AWS KMS makes and seals. Our table keeps what KMS has encrypted; nothing opens it but KMS, with the
// permission to decrypt under that key. Requests are signed here, which runs wherever the platform has Web
// Crypto.
import type { Clock } from '../clock/port.ts';
import { type Http, readObject } from '../http/port.ts';
import { signer } from '../signature/port.ts';
import { type Keys, KeysError, type KeysFailure } from './port.ts';

export interface KmsOptions {
  /** The id, ARN or alias of the key in KMS. */
  readonly keyId: string;
  readonly region: string;
  /** Another endpoint than that of the region. */
  readonly url?: string | null;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | null;
}

interface Needs {
  readonly http: Http;
  readonly clock: Clock;
  /** Opens what was sealed before KMS was chosen. */
  readonly before: Keys;
}

/** How our table names what KMS has sealed. */
const prefix = 'kms1.';
const timeoutMilliseconds = 5000;
/** A sealed key has some hundred bytes. */
const largestBytes = 65_536;

export function kmsKeys({ keyId, region, url, ...credentials }: KmsOptions, { http, clock, before }: Needs): Keys {
  const sign = signer({ ...credentials, service: 'kms', region });
  const endpoint = url ?? `https://kms.${region}.amazonaws.com/`;

  async function once(action: string, body: object): Promise<Record<string, unknown>> {
    const text = JSON.stringify(body);
    const own = { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `TrentService.${action}` };
    const headers = await sign(endpoint, own, text, clock.now());
    const response = await http(endpoint, {
      method: 'POST',
      headers,
      body: text,
      signal: AbortSignal.timeout(timeoutMilliseconds),
      redirect: 'error',
    });
    const answer = await readObject(response, largestBytes);
    if (response.status === 200) return answer;
    throw failureOf(response.status, answer);
  }

  /** Each of these may be asked twice: a data key that nobody has kept is nothing. */
  async function ask(action: string, body: object): Promise<Record<string, unknown>> {
    const inWords = (error: unknown) =>
      error instanceof KeysError ? error : new KeysError('unavailable', 'AWS KMS cannot be reached.', { cause: error });
    try {
      return await once(action, body);
    } catch (error) {
      if (inWords(error).failure !== 'unavailable') throw error;
      return await once(action, body).catch((again: unknown) => {
        throw inWords(again);
      });
    }
  }

  return {
    async make(bytes, sealedAs) {
      const asked = { KeyId: keyId, NumberOfBytes: bytes, EncryptionContext: contextOf(sealedAs) };
      // Without the plain text: whoever needs it asks for it when it is needed.
      const { CiphertextBlob: blob } = await ask('GenerateDataKeyWithoutPlaintext', asked);
      if (typeof blob !== 'string') throw new KeysError('unavailable', 'AWS KMS answered without a key.');
      return `${prefix}${blob}`;
    },
    async open(material, sealedAs) {
      if (!material.startsWith(prefix)) return before.open(material, sealedAs);
      const asked = { CiphertextBlob: material.slice(prefix.length), EncryptionContext: contextOf(sealedAs) };
      const { Plaintext: plain } = await ask('Decrypt', { KeyId: keyId, ...asked });
      if (typeof plain !== 'string') throw new KeysError('unavailable', 'AWS KMS answered without a key.');
      return Uint8Array.from(atob(plain), (one) => one.charCodeAt(0));
    },
  };
}

/** Binds what is sealed to the key that it was sealed for; it also stands in the trail that KMS leaves. */
const contextOf = (sealedAs: string) => ({ 'scoria:key': sealedAs });

/** What the words of KMS mean to a caller. They hold no key. */
const failures: Readonly<Record<string, KeysFailure>> = {
  InvalidCiphertextException: 'damaged',
  IncorrectKeyException: 'damaged',
  AccessDeniedException: 'refused',
  DisabledException: 'refused',
  NotFoundException: 'refused',
  KMSInvalidStateException: 'refused',
  ThrottlingException: 'unavailable',
};

function failureOf(status: number, answer: Record<string, unknown>): KeysError {
  const type = String(answer.__type ?? '').replace(/^.*#/, '');
  const failure = failures[type] ?? (status >= 500 || status === 429 ? 'unavailable' : 'refused');
  return new KeysError(failure, `AWS KMS says ${/^\w{1,60}$/.test(type) ? type : status}.`);
}
