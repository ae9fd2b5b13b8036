// The issuer's public keys: read at start, then behind the requests, and at once when a token names one that is new.
import { type CryptoKey, createLocalJWKSet, type JWK, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock/port.ts';
import type { Log } from '../log/port.ts';
import type { Client } from './http-client.ts';
import { IdentityUnavailable } from './port.ts';
import { type Recent, recent } from './recent.ts';

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
  /** The key of a token's header as it is written, of those that have verified: nearly all tokens share a few headers. */
  readonly ofHeader: Recent<CryptoKey>;
}

export interface IssuerKeys {
  /** The keys, at once when they have been read. Throws IdentityUnavailable when they have never been read and cannot be read now. */
  current(): KeySet | Promise<KeySet>;
  /**
   * The keys read anew because a token names one that is not among them; null when they were read a moment ago, so
   * that made-up names cost nothing. Throws IdentityUnavailable when they cannot be read.
   */
  renewed(): Promise<KeySet | null>;
}

/** How often a token may make us read them. */
const leastSeconds = 30;
/** How old they become before they are read behind a request: a key that the issuer took back works so long. */
const staleSeconds = 600;
const mostKeys = 100;

export function issuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { clock, log } = options;
  let keys: KeySet | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let failure: { readonly at: number; readonly error: unknown } | null = null;
  let reading: Promise<KeySet> | null = null;

  const read = () => {
    reading ??= load(options)
      .then((loaded) => {
        keys = loaded;
        readAt = clock.now();
        failure = null;
        return loaded;
      })
      .catch((error: unknown) => {
        failure = { at: clock.now(), error };
        log.error('issuer-keys-cannot-be-read', { reason: error instanceof Error ? error.message : String(error) });
        throw error;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  const failedLately = () => failure !== null && failure.at > clock.now() - leastSeconds * 1000;

  return {
    current() {
      if (keys === null) return read();
      if (readAt < clock.now() - staleSeconds * 1000 && !failedLately()) read().catch(() => {}); // logged
      return keys;
    },
    async renewed() {
      if (failure !== null && failedLately()) throw failure.error;
      return readAt > clock.now() - leastSeconds * 1000 ? null : read();
    },
  };
}

async function load({ issuer, jwksUrl, client }: IssuerKeysOptions): Promise<KeySet> {
  const url = jwksUrl ?? (await discover(issuer, client));
  const { status, body } = await client(url, { method: 'GET' });
  const keys = status === 200 ? keysIn(body) : null;
  if (keys === null) throw new IdentityUnavailable(`${url} has no key set (${status})`);
  const used = [...new Set(keys.flatMap(algorithmsOf))];
  return { find: createLocalJWKSet({ keys }), algorithms: used, ofHeader: recent(mostKeys) };
}

async function discover(issuer: string, client: Client): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { status, body } = await client(url, { method: 'GET' });
  const said = typeof body === 'object' && body !== null ? { ...body } : {};
  const { issuer: named, jwks_uri: keys }: { issuer?: unknown; jwks_uri?: unknown } = said;
  if (status !== 200 || typeof keys !== 'string') throw new IdentityUnavailable(`${url} names no keys (${status})`);
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

/** Public keys for signatures. Shared secrets are dropped: nobody who verifies may be able to sign. */
function keysIn(body: unknown): JWK[] | null {
  if (typeof body !== 'object' || body === null || !('keys' in body) || !Array.isArray(body.keys)) return null;
  const kinds = ['RSA', 'EC', 'OKP'];
  const keys = body.keys.slice(0, mostKeys).filter((key) => kinds.includes(key?.kty) && key.d === undefined);
  return keys.length === 0 ? null : keys;
}
