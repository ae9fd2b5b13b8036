// A Barbican that keeps the keys, over its API v1 with the token of the user whose volume it is.
import { type Http, isThere, readAnswer, readObject } from '../http/port.ts';
import { type KeyDescription, type KeyManager, KeysError } from './port.ts';

export interface BarbicanOptions {
  /** As the catalog has it: `https://…:9311`, with or without /v1. */
  readonly url: string;
  readonly http: Http;
}

const timeoutMilliseconds = 10_000;
/** A key has 64 bytes at the most, and what is said of one some hundred. */
const largestBytes = 65_536;
const octets = 'application/octet-stream';
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Request {
  readonly method: string;
  readonly accept?: string;
  readonly body?: object;
}

export function barbican({ url, http }: BarbicanOptions): KeyManager {
  const base = url.replace(/(?<!\/)\/+$/, '').replace(/\/v1$/, '');
  const root = `${base}/v1/secrets`;

  async function ask(path: string, token: string, { method, accept = 'application/json', body }: Request) {
    const json: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const init = {
      method,
      headers: { 'X-Auth-Token': token, Accept: accept, ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMilliseconds),
      redirect: 'error', // a token is never sent to where another server points
    } as const;
    const response = await http(`${root}${path}`, init).catch((error: unknown) => {
      throw new KeysError('unavailable', 'Barbican cannot be reached.', { cause: error });
    });
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 404) throw new KeysError('absent', 'The key is not in Barbican, or not to be seen there.');
    if (response.status >= 500 || response.status === 429) {
      throw new KeysError('unavailable', `Barbican answered ${response.status}.`);
    }
    throw new KeysError('refused', `Barbican refused it (${response.status}).`);
  }

  async function keep(bytes: Uint8Array, key: KeyDescription, token: string): Promise<string> {
    const response = await ask('', token, {
      method: 'POST',
      body: {
        name: key.name,
        secret_type: 'symmetric',
        algorithm: key.algorithm,
        bit_length: key.bitLength,
        mode: key.mode,
        payload: btoa(String.fromCharCode(...bytes)),
        payload_content_type: octets,
        payload_content_encoding: 'base64',
      },
    });
    const { secret_ref: reference } = await readObject(response, largestBytes);
    const id =
      String(reference ?? '')
        .split('/')
        .pop() ?? '';
    if (!uuid.test(id)) throw new KeysError('unavailable', 'Barbican answered without the id of the key.');
    return id;
  }

  async function get(id: string, token: string): Promise<Uint8Array<ArrayBuffer>> {
    const response = await ask(`/${id}/payload`, token, { method: 'GET', accept: octets });
    return await readAnswer(response, largestBytes).catch((cause: unknown) => {
      throw new KeysError('unavailable', 'Barbican did not send the whole key, or no key.', { cause });
    });
  }

  return {
    create: (key, token) => keep(crypto.getRandomValues(new Uint8Array(key.bitLength / 8)), key, token),
    async clone(id, name, token) {
      const described = await readObject(await ask(`/${id}`, token, { method: 'GET' }), largestBytes);
      const bytes = await get(id, token);
      const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
      const shape = {
        algorithm: text(described.algorithm, 'aes'),
        bitLength: bytes.length * 8,
        mode: text(described.mode, 'xts'),
      };
      return keep(bytes, { name, ...shape }, token);
    },
    get,
    ready: () => isThere(http, `${base}/`),
    async delete(id, token) {
      await ask(`/${id}`, token, { method: 'DELETE' }).catch((error: unknown) => {
        if (!(error instanceof KeysError) || error.failure !== 'absent') throw error;
      });
    },
  };
}
