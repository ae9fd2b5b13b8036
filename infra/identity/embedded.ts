// The embedded Keystone's core: issues tokens, and says whom one stands for from memory.
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Ids } from '../ids/port.ts';
import type { Log } from '../log/port.ts';
import { countedGuesses, type GuessOptions } from './guesses.ts';
import { sharedGuesses } from './guesses-shared.ts';
import { type KnownToken, knownTokens } from './known-tokens.ts';
import { type Identity, IdentityUnavailable, type Keystone, type Passwords, type TokenClaims } from './port.ts';
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

/** A removed key stops working after so long at most. */
const keepMilliseconds = 30_000;

/** The embedded identity: tokens of its own, checked without SQL, revoked at once. */
export function embeddedIdentity(options: EmbeddedOptions): EmbeddedIdentity {
  const { ids, keys } = options;
  // Whole milliseconds: a token and its revocation in the same one must compare as equal, however they are written down.
  const clock = { now: () => Math.floor(options.clock.now()) };
  const lifeSeconds = options.lifeSeconds ?? 3600;
  const marks: Marks = { issuer: options.issuer ?? 'scoria', audience: options.audience ?? 'scoria' };
  const revoked = revocations({ ...options, clock, keepSeconds: lifeSeconds });
  const find = finder(keys, marks, clock, revoked, lifeSeconds * 1000);
  const keystone: Keystone = {
    passwords: options.passwords,
    guesses: options.isShared
      ? sharedGuesses({ ...options, clock }, options.guesses)
      : countedGuesses(clock, options.guesses),
    lifeSeconds,
    async issue(grant) {
      const { parentAuditId, notAfter, ...said } = grant;
      const end = grant.issuedAt + lifeSeconds * 1000;
      const auditIds = [ids.secret(16), ...(parentAuditId === null ? [] : [parentAuditId])];
      const claims = { ...said, auditIds, expiresAt: notAfter === null ? end : Math.min(end, notAfter) };
      return { token: await sign(claims, keys, marks), claims };
    },
    read: async (token) => ((await find(token)) === null ? null : claimsIn(token, clock.now())),
    revoke: (subjects) => revoked.write(subjects, clock.now()),
    noteRevoked: revoked.note,
  };
  const identity: Identity = { authenticate: async (token) => (await find(token))?.actor ?? null };
  return { identity, keystone, load: revoked.load };
}

/** Looks a token up, and verifies it when it is new. */
function finder(
  keys: SigningKeys,
  marks: Marks,
  clock: Pick<Clock, 'now'>,
  revoked: Revocations,
  lifeMilliseconds: number,
) {
  const all = knownTokens<Known>();
  const isRevoked = (claims: TokenClaims) => revoked.covers(() => subjectsOf(claims), claims.issuedAt);

  async function add(token: string, now: number): Promise<Known | null> {
    let claims: TokenClaims | null;
    try {
      claims = await verify(token, keys, marks, now);
    } catch (cause) {
      throw new IdentityUnavailable('the signing keys cannot be read', { cause });
    }
    // Revocations are kept for one life of a token: one of a longer life, from before the setting, is over too.
    if (claims === null || claims.issuedAt + lifeMilliseconds <= now || isRevoked(claims)) return null;
    const until = Math.min(claims.expiresAt, now + keepMilliseconds);
    const known = { token, actor: actorOf(claims), until, version: revoked.version };
    all.add(known);
    return known;
  }

  /** Whether a known token is still good: anew after every revocation, whomever it concerned. */
  function isGood(token: string, known: Known, now: number): boolean {
    if (known.version === revoked.version) return true;
    const claims = claimsIn(token, now);
    if (claims === null || isRevoked(claims)) return false;
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
