// The issuer's public keys: read at start, then in the background, and at once when a token names one that is new.
import { type CryptoKey, createLocalJWKSet, type JWK, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock/port.ts';
import type { Log } from '../log/port.ts';
import { recent } from '../recent/port.ts';
import type { Client } from './http-client.ts';
import { IdentityUnavailable } from './port.ts';

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** Null: what the issuer's discovery document names. */
  readonly jwksUrl: string | null;
  readonly client: Client;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** A set of keys, and the algorithms that they are for: no token says with which one it is checked. */
export interface KeySet {
  readonly find: JWTVerifyGetKey;
  readonly algorithms: string[];
  /** Until when it is believed, unless it has been read again. */
  readonly until: number;
  /** The key of a token whose header, as it is written, is one of those that have verified; else null. */
  keyOf(token: string): CryptoKey | null;
  /** A token with that header has been verified by that key. */
  remember(token: string, key: CryptoKey): void;
}

export interface IssuerKeys {
  /** The keys, at once while they are not too old. Throws IdentityUnavailable when they are and cannot be read now. */
  current(): KeySet | Promise<KeySet>;
  /**
   * The keys read again because a token names one that is not among them; null when they were read a moment ago, so
   * that made-up names cost nothing. Throws IdentityUnavailable when they cannot be read.
   */
  renewed(): Promise<KeySet | null>;
}

/** How often a token may make us read them. */
const leastSeconds = 30;
/** How often they are tried to be read when there are none to go on with, and every request is refused meanwhile. */
const pauseSeconds = 5;
/**
 * How old they become before they are read again in the background: a key that the issuer took back works that long.
 */
const staleSeconds = 600;
/** How old they become when they cannot be read, or nobody asked: then they are read before anybody is let in. */
const oldestSeconds = 3600;
const mostKeys = 100;

export function issuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { clock, log } = options;
  let keys: KeySet | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let failure: { readonly at: number; readonly error: IdentityUnavailable } | null = null;
  let reading: Promise<KeySet> | null = null;

  const read = () => {
    reading ??= load(options)
      .then((loaded) => {
        keys = loaded;
        readAt = clock.now();
        failure = null;
        return loaded;
      })
      .catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        const error = cause instanceof IdentityUnavailable ? cause : new IdentityUnavailable(reason, { cause });
        failure = { at: clock.now(), error };
        log.error('issuer-keys-cannot-be-read', { reason });
        throw error;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  /** Reads them, unless that failed within these seconds: then it fails in the same way. */
  const readAfter = (seconds: number) => {
    if (failure !== null && failure.at > clock.now() - seconds * 1000) throw failure.error;
    return read();
  };

  return {
    current() {
      const now = clock.now();
      if (keys === null || keys.until <= now) return readAfter(pauseSeconds);
      if (readAt < now - staleSeconds * 1000 && (failure === null || failure.at <= now - leastSeconds * 1000)) {
        read().catch(() => {}); // logged
      }
      return keys;
    },
    async renewed() {
      return readAt > clock.now() - leastSeconds * 1000 ? null : readAfter(leastSeconds);
    },
  };
}

async function load({ issuer, jwksUrl, client, clock, log }: IssuerKeysOptions): Promise<KeySet> {
  const until = clock.now() + oldestSeconds * 1000;
  const url = jwksUrl ?? (await discover(issuer, client));
  const { status, body } = await client(url, { method: 'GET' });
  const published = status === 200 ? keysIn(body) : null;
  if (published === null) throw new IdentityUnavailable(`${url} has no key set (${status})`);
  const used = (await Promise.all(published.map(usable))).filter((one) => one !== null);
  if (used.length === 0) throw new IdentityUnavailable(`${url} has no key that tokens can be checked with`);
  if (used.length < published.length) log.warn('issuer-keys-not-used', { of: published.length, used: used.length });
  const algorithms = [...new Set(used.flatMap((one) => one.algorithms))];
  const find = createLocalJWKSet({ keys: used.map(({ key }) => key) });
  return { find, algorithms, until, ...headers() };
}

interface Verified {
  readonly header: string;
  readonly key: CryptoKey;
}

/** Nearly all tokens share a few headers, and most that of the one before: then nothing is cut out and looked up. */
function headers(): Pick<KeySet, 'keyOf' | 'remember'> {
  const all = recent<Verified>(mostKeys);
  let last: Verified | undefined;
  const headerOf = (token: string) => token.slice(0, token.indexOf('.') + 1);
  return {
    keyOf(token) {
      if (last !== undefined && token.startsWith(last.header)) return last.key;
      const known = all.get(headerOf(token));
      last = known ?? last;
      return known?.key ?? null;
    },
    remember(token, key) {
      // A part of a string may hold all of it in memory, where no token belongs.
      const header = decoder.decode(encoder.encode(headerOf(token)));
      all.set(header, { header, key });
    },
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function discover(issuer: string, client: Client): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { status, body } = await client(url, { method: 'GET' });
  const metadata = typeof body === 'object' && body !== null ? { ...body } : {};
  const { issuer: named, jwks_uri: keys }: { issuer?: unknown; jwks_uri?: unknown } = metadata;
  if (status !== 200 || typeof keys !== 'string') throw new IdentityUnavailable(`${url} names no keys (${status})`);
  if (!URL.canParse(keys)) throw new IdentityUnavailable(`${url} names keys at what is no URL`);
  if (named !== issuer) throw new IdentityUnavailable(`${url} is of the issuer ${JSON.stringify(named)}`);
  // What an https issuer names must be https too: whoever can change the keys on their way can make any token.
  if (issuer.startsWith('https:') && !keys.startsWith('https:')) {
    throw new IdentityUnavailable(`${url} names keys that are not behind https`);
  }
  return keys;
}

/** Asymmetric ones alone: with a shared secret, or with `none`, whoever can read a key can make a token. */
const algorithms: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA', 'Ed25519'],
};

/** Whether some key could check it, be it among the known ones or not. */
export const isAsymmetric = (algorithm: unknown): boolean =>
  Object.values(algorithms).some((all) => all.some((one) => one === algorithm));

/** What a key can check; the one that it names, when it names one. */
function algorithmsOf({ kty, crv, alg }: JWK): readonly string[] {
  const kind = kty === 'RSA' ? kty : (crv ?? '');
  const all = Object.hasOwn(algorithms, kind) ? (algorithms[kind] ?? []) : [];
  return alg === undefined ? all : all.filter((one) => one === alg);
}

/** A published key with the algorithms that it can be made ready for; null when it is broken, or not for signatures. */
async function usable(key: unknown): Promise<{ readonly key: JWK; readonly algorithms: readonly string[] } | null> {
  if (!isOpen(key)) return null;
  const tried = algorithmsOf(key).map(async (alg) => {
    try {
      const { algorithm } = await createLocalJWKSet({ keys: [key] })({ alg, ...(key.kid && { kid: key.kid }) });
      return 'modulusLength' in algorithm && Number(algorithm.modulusLength) < leastModulusBits ? [] : [alg];
    } catch {
      return []; // a JOSEError, or whatever the platform's import of keys throws
    }
  });
  const can = (await Promise.all(tried)).flat();
  return can.length === 0 ? null : { key, algorithms: can };
}

/** Of RSA: jose verifies with none that is shorter. */
const leastModulusBits = 2048;

function keysIn(body: unknown): unknown[] | null {
  if (typeof body !== 'object' || body === null || !('keys' in body) || !Array.isArray(body.keys)) return null;
  return body.keys.slice(0, mostKeys);
}

/** No shared secret and no private key: nobody who verifies may be able to sign. */
const isOpen = (key: unknown): key is JWK =>
  typeof key === 'object' && key !== null && 'kty' in key && !('d' in key) && !('k' in key);
