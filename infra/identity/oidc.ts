// Identity by an OpenID issuer: signed tokens (JWT) checked here, with no call to anybody while a request waits.
import { decodeProtectedHeader, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Clock } from '../clock/port.ts';
import type { Http } from '../http/port.ts';
import type { Log } from '../log/port.ts';
import { httpClient } from './http-client.ts';
import { issuerKeys } from './oidc-keys.ts';
import { actorOfClaims, defaultMapping, type Mapping } from './oidc-mapping.ts';
import { type Identity, IdentityUnavailable } from './port.ts';
import { type Found, type TokenCacheOptions, tokenCache } from './token-cache.ts';

export interface OidcOptions extends Omit<TokenCacheOptions, 'clock'> {
  /** Exactly as tokens name it. */
  readonly issuer: string;
  /** Tokens for somebody else are refused. */
  readonly audience: string;
  /** Where the keys are; null: where the issuer's discovery document says. */
  readonly jwksUrl: string | null;
  readonly mapping?: Mapping;
  readonly http: Http;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly timeoutMilliseconds?: number;
}

/** Asymmetric ones alone: with a shared secret, or with `none`, whoever can read a key can make a token. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** How far clocks may differ. */
const skewSeconds = 60;
/** Three parts of base64url; 16 KiB is what a request's headers may have together. */
const shape = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const longest = 16_384;

/**
 * Says whom a token of the issuer stands for. Reads the issuer's keys at start (ready()), every ten minutes behind
 * the requests, and at most every 30 s when a token names an unknown one; throws IdentityUnavailable without keys.
 */
export function oidcIdentity(options: OidcOptions): Identity {
  const { clock, issuer, audience, mapping = defaultMapping } = options;
  const keys = issuerKeys({ ...options, client: httpClient(options) });
  const cache = tokenCache(options);

  const verify = (token: string, set: JWTVerifyGetKey) =>
    jwtVerify(token, set, {
      algorithms,
      issuer,
      audience,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: skewSeconds,
      currentDate: new Date(clock.now()),
    });

  async function verified(token: string) {
    try {
      return await verify(token, await keys.current());
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !namesKey(token)) throw error;
      const renewed = await keys.renewed();
      if (renewed === null) throw error;
      return verify(token, renewed);
    }
  }

  async function find(token: string): Promise<Found> {
    try {
      const { payload } = await verified(token);
      const actor = actorOfClaims(payload, mapping);
      return actor === null ? nobody : { actor, until: actor.expiresAt + skewSeconds * 1000 };
    } catch (error) {
      if (error instanceof IdentityUnavailable) throw error;
      // TypeError: what is no JWT at all, or a key that does not fit its own algorithm.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return nobody;
      throw error;
    }
  }

  return {
    async authenticate(token) {
      if (token.length > longest || !shape.test(token)) return null;
      return cache('', token, () => find(token));
    },
    async ready() {
      await keys.current();
    },
  };
}

const nobody: Found = { actor: null, until: 0 };

/** A token without a key's name cannot name a new one. */
const namesKey = (token: string) => typeof decodeProtectedHeader(token).kid === 'string';
