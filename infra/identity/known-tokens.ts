// Signed tokens that were found good, kept so that the next request with one is a lookup in a Map.
import { recent } from '../recent/port.ts';
import type { Actor } from './port.ts';

/**
 * What is known of a token. Its claims are not kept: the token says them, and what lives on costs the garbage collector
 * more than reading them once more.
 */
export interface KnownToken {
  readonly token: string;
  readonly actor: Actor;
  /** When it must be checked again. */
  readonly until: number;
}

export interface KnownTokens<Known extends KnownToken> {
  /** Undefined when it is not known, or must be checked again. */
  find(token: string, now: number): Known | undefined;
  add(known: Known): void;
  remove(token: string): void;
}

/** Some 1.5 KB each, the token among it. */
const most = 4096;

/**
 * The tokens that were used last, with whom they stand for. Tokens by which others are asked are kept by
 * token-cache.ts.
 */
export function knownTokens<Known extends KnownToken>(): KnownTokens<Known> {
  const all = recent<Known, number>(most);
  return {
    find(token, now) {
      const known = all.get(nameOf(token));
      return known !== undefined && known.token === token && known.until > now ? known : undefined;
    },
    add(known) {
      all.set(nameOf(known.token), known);
    },
    remove(token) {
      all.delete(nameOf(token));
    },
  };
}

/**
 * 32 bits made of the signature's end, which is as good as random: a number costs a Map less than a text. Whoever
 * looks a token up compares the whole; of two with the same name the later is known.
 */
function nameOf(token: string): number {
  let name = 0;
  for (let at = Math.max(0, token.length - 8); at < token.length; at += 1) {
    name = (Math.imul(name, 73) + token.charCodeAt(at)) | 0;
  }
  return name;
}
