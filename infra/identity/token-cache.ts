// What is known of tokens: by their SHA-256, so that a dump of memory gives none away; bounded, and asked once at a
// time.
import type { Clock } from '../clock/port.ts';
import { recent } from '../recent/port.ts';
import type { Actor } from './port.ts';

export interface TokenCacheOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** A token that was found good is taken for good this long; a revocation takes as long to be noticed. Default 300. */
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
  const good = recent<{ readonly actor: Actor; readonly until: number }>(most);
  const bad = recent<number>(most);
  const asking = new Map<string, Promise<Actor | null>>();

  async function ask(hash: string, find: () => Promise<Found>): Promise<Actor | null> {
    try {
      const { actor, until } = await find();
      const now = clock.now();
      if (actor === null) bad.set(hash, now + badSeconds * 1000);
      else good.set(hash, { actor, until: Math.min(until, now + goodSeconds * 1000) });
      return actor;
    } finally {
      asking.delete(hash);
    }
  }

  function look(hash: string, find: () => Promise<Found>): Promise<Actor | null> {
    const now = clock.now();
    const known = good.get(hash);
    if (known !== undefined && known.until > now) return Promise.resolve(known.actor);
    if ((bad.get(hash) ?? 0) > now) return Promise.resolve(null);
    const under = asking.get(hash);
    if (under !== undefined) return under;
    const asked = ask(hash, find);
    asking.set(hash, asked);
    return asked;
  }

  return (key, token, find) => {
    const hash = hashOf(key + token);
    return typeof hash === 'string' ? look(hash, find) : hash.then((text) => look(text, find));
  };
}

async function webHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
