import type { Actor, Identity } from './port.ts';

/** An identity that knows a fixed set of tokens: for tests and simulations, where nobody signs anything. */
export function staticIdentity(actors: ReadonlyMap<string, Actor>): Identity {
  return {
    authenticate: async (token) => actors.get(token) ?? null,
  };
}
