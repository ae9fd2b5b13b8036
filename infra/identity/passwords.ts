// Passwords by scrypt, which costs memory as well as time. Runs in the thread pool, so the event loop is free.
import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { recent } from '../recent/port.ts';
import type { Passwords, Try } from './port.ts';
import { takingTurns } from './turns.ts';

/** 2^15 · 8 · 128 bytes = 32 MiB and some 80 ms for each; the parameters are kept with each hash. */
const defaults = { N: 32_768, r: 8, p: 1 };
const keyBytes = 32;
/** Node refuses more memory than this; a hash from our own table may ask for up to four times the default. */
const maxMemory = 160 * 1024 * 1024;

export interface PasswordOptions {
  /**
   * How many are hashed at once, of which one place is never taken by what came through the line at the door. Default
   * 3: the thread pool has four threads, and files need some.
   */
  readonly concurrency?: number;
  /** How many may wait to be hashed; more are refused with TooManySignIns. Default 200, some 8 s of work. */
  readonly maxWaiting?: number;
  /** How many may wait to be looked up at all, see admit(). Default 50, some 2 s of work. */
  readonly maxAtDoor?: number;
  /** The cost N. Default 2^15; tests take less. */
  readonly cost?: number;
  /** The time. Where it is given a right password is remembered for five minutes. Default none: each is worked on. */
  readonly now?: () => number;
}

/**
 * Keeps passwords as `scrypt$N$r$p$salt$key`; a wrong one and an unknown user take the same time, and a right one no
 * longer.
 */
export function scryptPasswords(options: PasswordOptions = {}): Passwords {
  const { concurrency = 3, maxWaiting = 200, maxAtDoor = 50 } = options;
  const turns = takingTurns({ concurrency, maxWaiting, retrySeconds: 5 });
  const door = takingTurns({ concurrency: Math.max(1, concurrency - 1), maxWaiting: maxAtDoor, retrySeconds: 5 });
  const expected = expectedPasswords();
  const cost = { ...defaults, N: options.cost ?? defaults.N };
  const right = rightPasswords(options.now ?? null);
  const nobody = encode(cost, Buffer.alloc(16), Buffer.alloc(keyBytes));
  return {
    async hash(password) {
      const salt = randomBytes(16);
      return encode(cost, salt, await turns(ours, () => derive(password, salt, cost)));
    },
    async verify(password, encoded, one) {
      const known = decode(encoded ?? nobody);
      if (known === null) return false;
      if (encoded !== null && right.has(password, encoded)) return true;
      const key = await turns(one ?? ours, () => derive(password, known.salt, known.cost));
      const isRight = timingSafeEqual(key, known.key) && encoded !== null;
      if (isRight) right.add(password, encoded);
      return isRight;
    },
    expect: (account, password) => expected.add(account, password),
    async admit(one, password, work) {
      const done = expected.isLikely(one, password) ? await work() : await door(one, work);
      expected.found(one, password);
      return done;
    },
  };
}

/** What admins and the service itself have hashed. */
const ours = { address: null, account: '', isFirst: true } as const;

type Cost = typeof defaults;

const encode = (cost: Cost, salt: Buffer, key: Buffer) =>
  ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');

function decode(encoded: string) {
  const [kind, N, r, p, salt = '', key = ''] = encoded.split('$');
  const bytes = Buffer.from(key, 'base64url');
  if (kind !== 'scrypt' || bytes.length !== keyBytes) return null;
  return { cost: { N: Number(N), r: Number(r), p: Number(p) }, salt: Buffer.from(salt, 'base64url'), key: bytes };
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const settings: ScryptOptions = { ...cost, maxmem: maxMemory };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, keyBytes, settings, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

const rememberedMilliseconds = 300_000;
const mostRemembered = 1024;

/**
 * Passwords that were found right a short while ago, each beside the hash that it was held against: every `openstack`
 * command signs in. Kept as HMACs under a key that only this process has, and forgotten five minutes after the work.
 * Without a time no password is remembered.
 */
function rightPasswords(now: (() => number) | null) {
  const digestOf = keyedDigest();
  const all = recent<{ readonly digest: Buffer; readonly until: number }>(mostRemembered);
  return {
    has(password: string, encoded: string): boolean {
      const known = now === null ? undefined : all.get(encoded);
      if (now === null || known === undefined || known.until <= now()) return false;
      return timingSafeEqual(known.digest, digestOf(encoded, password));
    },
    add(password: string, encoded: string): void {
      if (now !== null)
        all.set(encoded, { digest: digestOf(encoded, password), until: now() + rememberedMilliseconds });
    },
  };
}

const mostExpected = 8192;
/** So many tries of an address at an account may pass the line before one was right: clients begin several at once. */
const freeTries = 20;

/**
 * What the password of an account will be, by two bytes of an HMAC: of 65,536 wrong ones one looks right by them.
 * Whoever knows the right one so need not wait in line with a flood of wrong ones, and is worked on all the same. Not
 * who has tried some and failed: how long it takes would tell them which of their guesses to look at.
 */
function expectedPasswords() {
  const digestOf = keyedDigest();
  const marks = recent<number>(mostExpected);
  const tries = recent<number>(mostExpected);
  const markOf = (account: string, password: string) => digestOf(account, password).readUInt16BE();
  const pairOf = ({ address, account }: Try) => `${address ?? ''} ${account}`;
  return {
    add: (account: string, password: string) => marks.set(account, markOf(account, password)),
    /** Counts as a try. */
    isLikely(one: Try, password: string): boolean {
      const known = marks.get(one.account);
      if (known === undefined) return false; // invented names push nobody's count out
      const before = tries.get(pairOf(one)) ?? 0;
      tries.set(pairOf(one), before + 1);
      return before < freeTries && known === markOf(one.account, password);
    },
    found(one: Try, password: string): void {
      tries.delete(pairOf(one));
      marks.set(one.account, markOf(one.account, password));
    },
  };
}

/** HMACs under a key that nobody else has. */
function keyedDigest(): (about: string, password: string) => Buffer {
  const secret = randomBytes(32);
  return (about, password) => createHmac('sha256', secret).update(about).update('\0').update(password).digest();
}
