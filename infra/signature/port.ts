// Requests to AWS signed without a library (Signature Version 4), for functions and the edge: AWS's clients are 440
// KB.
import { recent } from '../recent/port.ts';

export interface SignatureOptions {
  /** `sqs`, `rds-data`, `kms`. */
  readonly service: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | null | undefined;
}

/**
 * The headers that make AWS accept a POST of this body: the given ones, the time, and the signature over all of them;
 * names in lower case. `now` is in milliseconds.
 */
export type Sign = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  now: number,
) => Promise<Readonly<Record<string, string>>>;

const encoder = new TextEncoder();
const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
const sha256 = async (text: string) => hex(await crypto.subtle.digest('SHA-256', encoder.encode(text)));

async function hmac(key: string | ArrayBuffer, text: string): Promise<ArrayBuffer> {
  const bytes = typeof key === 'string' ? encoder.encode(key) : key;
  const imported = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return crypto.subtle.sign('HMAC', imported, encoder.encode(text));
}

/** As AWS demands: each part of the path is encoded once more than in the URL. */
const pathOf = ({ pathname }: URL) =>
  pathname
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');

export function signer({ service, region, accessKeyId, secretAccessKey, sessionToken }: SignatureOptions): Sign {
  // A key is valid for a day.
  const keys = recent<Promise<ArrayBuffer>>(2);
  const makeKey = async (day: string) => {
    let key: string | ArrayBuffer = `AWS4${secretAccessKey}`;
    for (const part of [day, region, service, 'aws4_request']) key = await hmac(key, part);
    return key as ArrayBuffer; // derived in four steps
  };
  return async (address, given, body, now) => {
    const url = new URL(address);
    const time = new Date(now).toISOString().replace(/[:-]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const lower = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]);
    const headers: Record<string, string> = { ...Object.fromEntries(lower), 'x-amz-date': time };
    if (sessionToken) headers['x-amz-security-token'] = sessionToken;
    const signed = Object.entries({ ...headers, host: url.host })
      .map(([name, value]) => [name, value.trim().replace(/\s+/g, ' ')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const names = signed.map(([name]) => name).join(';');
    const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
    const request = ['POST', pathOf(url), '', lines, names, await sha256(body)].join('\n');
    const scope = `${day}/${region}/${service}/aws4_request`;
    const key = keys.get(day) ?? makeKey(day);
    keys.set(day, key);
    const signature = hex(await hmac(await key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${await sha256(request)}`));
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return { ...headers, authorization };
  };
}
