// Passwords by scrypt, which costs memory as well as time. Runs in the thread pool, so the event loop is free.
import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { recent } from '../recent/port.ts';
import type { Passwords } from './port.ts';
import { takingTurns } from './turns.ts';

/** 2^15 · 8 · 128 bytes = 32 MiB and some 80 ms for each; the parameters are kept with each hash. */
const defaults = { N: 32_768, r: 8, p: 1 };
const keyBytes = 32;
/** Node refuses more memory than this; a hash from our own table may ask for up to four times the default. */
const maxMemory = 160 * 1024 * 1024;

export interface PasswordOptions {
  /** How many are worked on at once. Default 2: the thread pool has four threads, and files need some. */
  readonly concurrency?: number;
  /** How many may wait; more are refused with TooManySignIns. Default 200, some 8 s of work. */
  readonly maxWaiting?: number;
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
  const { concurrency = 2, maxWaiting = 200 } = options;
  const turns = takingTurns({ concurrency, maxWaiting, retrySeconds: 5 });
  const cost = { ...defaults, N: options.cost ?? defaults.N };
  const right = rightPasswords(options.now ?? null);
  const nobody = encode(cost, Buffer.alloc(16), Buffer.alloc(keyBytes));
  return {
    async hash(password) {
      const salt = randomBytes(16);
      const encoded = encode(cost, salt, await turns(ours, () => derive(password, salt, cost)));
      right.expect(password, encoded);
      return encoded;
    },
    async verify(password, encoded, one) {
      const known = decode(encoded ?? nobody);
      if (known === null) return false;
      if (encoded !== null && right.has(password, encoded)) return true;
      const isLikely = encoded !== null && right.isLikely(password, encoded);
      const turn =
        one === undefined ? ours : isLikely ? { ...one, rank: first } : one.isSlowed ? { ...one, rank: last } : one;
      const key = await turns(turn, () => derive(password, known.salt, known.cost));
      const isRight = timingSafeEqual(key, known.key) && encoded !== null;
      if (isRight) right.add(password, encoded);
      return isRight;
    },
  };
}

const [first, last] = ['first', 'last'] as const;
/** What admins and the service itself have hashed. */
const ours = { address: null, account: '', rank: first } as const;

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
const mostExpected = 8192;

/**
 * Passwords that were found right a short while ago, each beside the hash that it was held against: every `openstack`
 * command signs in. Kept as HMACs under a key that only this process has, and forgotten five minutes after the work.
 * Two bytes of each are kept for longer: of 65,536 wrong passwords one looks right by them. Whoever knows the right one so
 * need not wait behind a flood of wrong ones, and is worked on all the same. Without a time no password is remembered.
 */
function rightPasswords(now: (() => number) | null) {
  const secret = randomBytes(32);
  const all = recent<{ readonly digest: Buffer; readonly until: number }>(mostRemembered);
  const expected = recent<number>(mostExpected);
  const digestOf = (password: string, encoded: string) =>
    createHmac('sha256', secret).update(encoded).update('\0').update(password).digest();
  return {
    has(password: string, encoded: string): boolean {
      const known = now === null ? undefined : all.get(encoded);
      if (now === null || known === undefined || known.until <= now()) return false;
      return timingSafeEqual(known.digest, digestOf(password, encoded));
    },
    isLikely(password: string, encoded: string): boolean {
      const known = expected.get(encoded);
      return known !== undefined && known === digestOf(password, encoded).readUInt16BE();
    },
    expect(password: string, encoded: string): void {
      expected.set(encoded, digestOf(password, encoded).readUInt16BE());
    },
    add(password: string, encoded: string): void {
      const digest = digestOf(password, encoded);
      expected.set(encoded, digest.readUInt16BE());
      if (now !== null) all.set(encoded, { digest, until: now() + rememberedMilliseconds });
    },
  };
}
