// Passwords by scrypt, which costs memory as well as time. Runs in the thread pool, so the event loop is free.
import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { recent } from '../recent/port.ts';
import { IdentityUnavailable, type Passwords } from './port.ts';

/** 2^15 · 8 · 128 bytes = 32 MiB and some 80 ms for each; the parameters are kept with each hash. */
const defaults = { N: 32_768, r: 8, p: 1 };
const keyBytes = 32;
/** Node refuses more memory than this; a hash from our own table may ask for up to four times the default. */
const maxMemory = 160 * 1024 * 1024;

export interface PasswordOptions {
  /** How many are worked on at once. Default 2: the thread pool has four threads, and files need some. */
  readonly concurrency?: number;
  /** How many may wait; more are refused with IdentityUnavailable. Default 200, some 8 s of work. */
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
  const turns = takingTurns(options.concurrency ?? 2, options.maxWaiting ?? 200);
  const cost = { ...defaults, N: options.cost ?? defaults.N };
  const right = options.now && rightPasswords(options.now);
  const nobody = encode(cost, Buffer.alloc(16), Buffer.alloc(keyBytes));
  return {
    async hash(password) {
      const salt = randomBytes(16);
      return encode(cost, salt, await turns(() => derive(password, salt, cost)));
    },
    async verify(password, encoded) {
      const known = decode(encoded ?? nobody);
      if (known === null) return false;
      if (encoded !== null && right?.has(password, encoded)) return true;
      const key = await turns(() => derive(password, known.salt, known.cost));
      const isRight = timingSafeEqual(key, known.key) && encoded !== null;
      if (isRight) right?.add(password, encoded);
      return isRight;
    },
  };
}

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
 */
function rightPasswords(now: () => number) {
  const secret = randomBytes(32);
  const all = recent<{ readonly digest: Buffer; readonly until: number }>(mostRemembered);
  const digestOf = (password: string, encoded: string) =>
    createHmac('sha256', secret).update(encoded).update('\0').update(password).digest();
  return {
    has(password: string, encoded: string): boolean {
      const known = all.get(encoded);
      return known !== undefined && known.until > now() && timingSafeEqual(known.digest, digestOf(password, encoded));
    },
    add(password: string, encoded: string): void {
      all.set(encoded, { digest: digestOf(password, encoded), until: now() + rememberedMilliseconds });
    },
  };
}

/** Runs so many at once, lets so many wait, and refuses the others. */
function takingTurns(concurrency: number, maxWaiting: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= concurrency) {
      if (waiting.length >= maxWaiting) throw new IdentityUnavailable('too many passwords are being checked');
      await new Promise<void>((resolve) => waiting.push(resolve)); // whoever ends hands its place over
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
