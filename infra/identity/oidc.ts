// Identity by an OpenID issuer: signed tokens (JWT) checked here, with no call to anybody while a request waits.
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../clock/port.ts';
import type { Http } from '../http/port.ts';
import type { Log } from '../log/port.ts';
import { httpClient } from './http-client.ts';
import { knownTokens } from './known-tokens.ts';
import { isAsymmetric, issuerKeys, type KeySet } from './oidc-keys.ts';
import { isAccessToken, isAccessType } from './oidc-kind.ts';
import { actorOfClaims, defaultMapping, type Mapping } from './oidc-mapping.ts';
import { type Actor, type Identity, IdentityUnavailable } from './port.ts';

export interface OidcOptions {
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

const requiredClaims = ['sub', 'exp'];
/** How far clocks may differ. */
const skewSeconds = 60;
/** A token that was found good is taken for good this long: a key that the issuer took back works that long at most. */
const goodSeconds = 300;
/** 16 KiB is what a request's headers may have together. */
const longest = 16_384;

/**
 * Three parts with dots between, none of them empty. What is in them jose reads: a pattern over all of it takes 1 us.
 */
function isOfThree(token: string): boolean {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  return first > 0 && second > first + 1 && second < token.length - 1 && !token.includes('.', second + 1);
}

/**
 * Says whom a token of the issuer stands for. Reads the issuer's keys at start (ready()), in the background every ten
 * minutes, not in the requests, and at most every 30 s when a token names an unknown one; throws IdentityUnavailable
 * without keys.
 */
export function oidcIdentity(options: OidcOptions): Identity {
  const { clock, issuer, audience, mapping = defaultMapping } = options;
  const keys = issuerKeys({ ...options, client: httpClient(options) });
  const known = knownTokens();

  const marksOf = ({ algorithms }: KeySet) => ({
    algorithms,
    issuer,
    audience,
    requiredClaims,
    clockTolerance: skewSeconds,
    currentDate: new Date(clock.now()),
  });

  /** A token with a header that is new: the key is looked for by its name, and the header is remembered. */
  async function verifyFirst(token: string, set: KeySet): Promise<JWTPayload> {
    const { payload, key, protectedHeader } = await verifyWithAny(token, set);
    if (!isAccessType(protectedHeader.typ)) throw new errors.JWTInvalid('it is of another type');
    // Where several keys fit a header, it does not say which one is meant.
    if (key !== null) set.remember(token, key);
    return payload;
  }

  /** By the key that fits the token, or by one of those that fit when it names none. */
  async function verifyWithAny(token: string, set: KeySet) {
    const marks = marksOf(set);
    try {
      const { key, ...verified } = await jwtVerify(token, set.find, marks);
      return { ...verified, key: key instanceof Uint8Array ? null : key };
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      for await (const key of error) {
        const verified = await jwtVerify(token, key, marks).catch(unlessOtherKey);
        if (verified !== null) return { ...verified, key: null };
      }
      throw error;
    }
  }

  /** Again with the keys of now, when the token names one that is not among those that are known. */
  async function verifyAgain(token: string, error: unknown): Promise<JWTPayload> {
    const isNewKey = error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSEAlgNotAllowed;
    const renewed = isNewKey && namesKey(token) ? await keys.renewed() : null;
    if (renewed === null) throw error;
    return verifyFirst(token, renewed);
  }

  async function check(token: string): Promise<Actor | null> {
    try {
      const current = keys.current();
      const set = current instanceof Promise ? await current : current;
      const key = set.keyOf(token);
      const payload =
        key !== null
          ? (await jwtVerify(token, key, marksOf(set))).payload
          : await verifyFirst(token, set).catch((error: unknown) => verifyAgain(token, error));
      const actor = isAccessToken(payload) ? actorOfClaims(payload, mapping) : null;
      if (actor === null) return null;
      const until = Math.min(actor.expiresAt + skewSeconds * 1000, set.until, clock.now() + goodSeconds * 1000);
      known.add({ token, actor, until });
      return actor;
    } catch (error) {
      if (error instanceof IdentityUnavailable) throw error;
      // TypeError: what is no JWT at all, or a key that does not fit its own algorithm.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
      throw error;
    }
  }

  return {
    authenticate(token) {
      const found = known.find(token, clock.now());
      if (found !== undefined) return Promise.resolve(found.actor);
      return token.length > longest || !isOfThree(token) ? Promise.resolve(null) : check(token);
    },
    async ready() {
      await keys.current();
    },
  };
}

/** Null when another key signed the token; what else is wrong with it is wrong with every key. */
function unlessOtherKey(error: unknown): null {
  if (error instanceof errors.JWSSignatureVerificationFailed) return null;
  throw error;
}

/** Whether other keys could make it good. A token without a key's name cannot name a new one. */
function namesKey(token: string): boolean {
  const { kid, alg } = decodeProtectedHeader(token);
  return typeof kid === 'string' && isAsymmetric(alg);
}
