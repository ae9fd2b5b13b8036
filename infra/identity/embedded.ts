// The embedded Keystone's core: issues tokens, and says whom one stands for from memory.
import { statement } from '../../schema/statement.ts';
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Ids } from '../ids/port.ts';
import type { Log } from '../log/port.ts';
import { countedGuesses, type GuessOptions } from './guesses.ts';
import { sharedGuesses } from './guesses-shared.ts';
import { type KnownToken, knownTokens } from './known-tokens.ts';
import {
  type AuthenticateOptions,
  type Identity,
  IdentityUnavailable,
  type Keystone,
  type Passwords,
  type TokenClaims,
} from './port.ts';
import { type RevocationOptions, type Revocations, revocations } from './revocations.ts';
import type { SigningKeys } from './signing-keys.ts';
import { actorOf, claimsIn, type Marks, sign, subjectsOf, verify } from './token.ts';

export interface EmbeddedOptions extends Pick<RevocationOptions, 'refreshSeconds' | 'maxStaleSeconds'> {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'secret'>;
  readonly log: Log;
  readonly keys: SigningKeys;
  readonly passwords: Passwords;
  /** How long a token lives. Default 3600. */
  readonly lifeSeconds?: number;
  /** Marks our tokens; one made for another installation with the same keys is refused. Default `scoria`. */
  readonly issuer?: string;
  readonly audience?: string;
  readonly guesses?: GuessOptions;
  /** Whether other processes on the database count wrong passwords with this one. Default false. */
  readonly isShared?: boolean;
}

/** Both faces of the embedded Keystone. They share what has been revoked, so a revocation holds at once. */
export interface EmbeddedIdentity {
  readonly identity: Identity;
  readonly keystone: Keystone;
  /** Reads the revocations. Called at start, so that the first request need not wait. */
  load(): Promise<void>;
}

interface Known extends KnownToken {
  /** The number of the revocations under which it was found good. */
  version: number;
}

/**
 * So long after its end a token is taken where a service asks for it (allow_expired), as by Keystone's default:
 * moving a server may take longer than a token lives.
 */
export const expiredSeconds = 172_800;

/** A domain acts as a project too. */
const findProject = statement(
  'identity.project-exists',
  `SELECT p.id FROM projects p WHERE p.id = :id::text
UNION ALL
SELECT d.id FROM domains d WHERE d.id = :id::text`,
);

/** The longest that a removed key goes on working. */
const keepMilliseconds = 30_000;

/** The embedded identity: tokens of its own, checked without SQL, revoked at once. */
export function embeddedIdentity(options: EmbeddedOptions): EmbeddedIdentity {
  const { ids, keys } = options;
  // Whole milliseconds: a token and its revocation in the same one must compare as equal, however they are written
  // down.
  const clock = { now: () => Math.floor(options.clock.now()) };
  const lifeSeconds = options.lifeSeconds ?? 3600;
  const marks: Marks = { issuer: options.issuer ?? 'scoria', audience: options.audience ?? 'scoria' };
  const keepSeconds = lifeSeconds + expiredSeconds;
  const revoked = revocations({ ...options, clock, keepSeconds });
  const check = checker(keys, marks, revoked, lifeSeconds * 1000);
  const find = finder(check, clock, revoked);
  const keystone: Keystone = {
    passwords: options.passwords,
    guesses: options.isShared
      ? sharedGuesses({ ...options, clock }, options.guesses)
      : countedGuesses(clock, options.guesses),
    keepSeconds,
    async issue(grant) {
      const { parentAuditId, notAfter, ...granted } = grant;
      const end = grant.issuedAt + lifeSeconds * 1000;
      const auditIds = [ids.secret(16), ...(parentAuditId === null ? [] : [parentAuditId])];
      const claims = { ...granted, auditIds, expiresAt: notAfter === null ? end : Math.min(end, notAfter) };
      return { token: await sign(claims, keys, marks), claims };
    },
    async read(token, { allowExpired = false }: AuthenticateOptions = {}) {
      if (allowExpired) return expired(token);
      return (await find(token)) === null ? null : claimsIn(token, clock.now());
    },
    revoke: (subjects) => revoked.write(subjects, clock.now()),
    noteRevoked: revoked.note,
  };
  /** Also what is over since not too long. Nothing of it is kept: few requests ask for it. */
  async function expired(token: string): Promise<TokenClaims | null> {
    await revoked.fresh();
    return check(token, clock.now(), expiredSeconds * 1000);
  }
  const identity: Identity = {
    async authenticate(token, { allowExpired = false } = {}) {
      if (!allowExpired) return (await find(token))?.actor ?? null;
      const claims = await expired(token);
      return claims === null ? null : actorOf(claims);
    },
    projectExists: async (id) => (await findProject.all(options.database, { id })).length > 0,
  };
  return { identity, keystone, load: revoked.load };
}

type Check = (token: string, now: number, overMilliseconds?: number) => Promise<TokenClaims | null>;

/** Verifies a token: ours, not over (or since no longer than that), and not revoked. */
function checker(keys: SigningKeys, marks: Marks, revoked: Revocations, lifeMilliseconds: number): Check {
  return async (token, now, overMilliseconds = 0) => {
    let claims: TokenClaims | null;
    try {
      claims = await verify(token, keys, marks, now - overMilliseconds);
    } catch (cause) {
      throw new IdentityUnavailable('the signing keys cannot be read', { cause });
    }
    if (claims === null) return null;
    // Revocations are kept for one life of a token, and while it is taken after it: one of a longer life, from before
    // the setting, is over too.
    if (claims.issuedAt + lifeMilliseconds + overMilliseconds <= now) return null;
    return isRevoked(revoked, claims) ? null : claims;
  };
}

const isRevoked = (revoked: Revocations, claims: TokenClaims) =>
  revoked.covers(() => subjectsOf(claims), claims.issuedAt);

/** Looks a token up, and verifies it when it is new. */
function finder(check: Check, clock: Pick<Clock, 'now'>, revoked: Revocations) {
  const all = knownTokens<Known>();

  async function add(token: string, now: number): Promise<Known | null> {
    const claims = await check(token, now);
    if (claims === null) return null;
    const until = Math.min(claims.expiresAt, now + keepMilliseconds);
    const known = { token, actor: actorOf(claims), until, version: revoked.version };
    all.add(known);
    return known;
  }

  /** Whether a known token is still good: asked again after every revocation, whomever it concerned. */
  function isGood(token: string, known: Known, now: number): boolean {
    if (known.version === revoked.version) return true;
    const claims = claimsIn(token, now);
    if (claims === null || isRevoked(revoked, claims)) return false;
    known.version = revoked.version;
    return true;
  }

  /** At once what is known; a promise only for what must be verified. */
  function find(token: string): Known | null | Promise<Known | null> {
    const now = clock.now();
    const known = all.find(token, now);
    if (known === undefined) return add(token, now);
    if (isGood(token, known, now)) return known;
    all.remove(token);
    return null;
  }

  return (token: string): Known | null | Promise<Known | null> => {
    const reading = revoked.fresh();
    return reading === null ? find(token) : reading.then(() => find(token));
  };
}
