// What is known of tokens: by their SHA-256, so that a dump of memory gives none away; bounded, and asked once at a time.
import type { Clock } from '../clock/port.ts';
import type { Actor } from './port.ts';

export interface TokenCacheOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** A token that was found good is taken for good so long; a revocation takes so long to be noticed. Default 300. */
  readonly goodSeconds?: number;
  /** A token that was found bad is not asked about again so soon. Default 5. */
  readonly badSeconds?: number;
  /**
   * SHA-256 of a text, in base64. Default: Web Crypto's, which is everywhere; a platform may have one that need not be
   * waited for.
   */
  readonly hash?: (text: string) => string | Promise<string>;
  /** Some 1 KB each. Bad ones are kept apart, so that a flood of them drives no good one out. Default 8192. */
  readonly most?: number;
}

/** What was found: whom the token stands for (null: nobody), and until when that is sure at the most. */
export interface Found {
  readonly actor: Actor | null;
  readonly until: number;
}

export type TokenCache = (key: string, token: string, find: () => Promise<Found>) => Promise<Actor | null>;

/**
 * A cache of tokens. `key` tells ways of asking apart. What is cached is answered without waiting for anything; what
 * is being asked about is asked once, however many wait for it. A failure is not cached.
 */
export function tokenCache(options: TokenCacheOptions): TokenCache {
  const { clock, goodSeconds = 300, badSeconds = 5, hash: hashOf = webHash, most = 8192 } = options;
  const good = new Map<string, { readonly actor: Actor; readonly until: number }>();
  const bad = new Map<string, number>();
  const asking = new Map<string, Promise<Actor | null>>();

  async function ask(hash: string, find: () => Promise<Found>): Promise<Actor | null> {
    try {
      const { actor, until } = await find();
      const now = clock.now();
      good.delete(hash);
      bad.delete(hash);
      if (actor === null) keep(bad, hash, now + badSeconds * 1000, most);
      else keep(good, hash, { actor, until: Math.min(until, now + goodSeconds * 1000) }, most);
      return actor;
    } finally {
      asking.delete(hash);
    }
  }

  return async (key, token, find) => {
    const hashed = hashOf(key + token);
    const hash = typeof hashed === 'string' ? hashed : await hashed;
    const now = clock.now();
    const known = good.get(hash);
    if (known !== undefined && known.until > now) return known.actor;
    if ((bad.get(hash) ?? 0) > now) return null;
    const under = asking.get(hash);
    if (under !== undefined) return under;
    const asked = ask(hash, find);
    asking.set(hash, asked);
    return asked;
  };
}

/** Keeps a value, and forgets the one that came first when there are too many. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.set(key, value);
  const oldest = map.size > most ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}

async function webHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
