import type { Ids } from './port.ts';

/** Ids and secrets from the platform's generator (Web Crypto, so it serves Node, Lambda and Workers). */
export function systemIds(): Ids {
  return {
    uuid: () => crypto.randomUUID(),
    secret: (bytes) => {
      const values = crypto.getRandomValues(new Uint8Array(bytes));
      return btoa(String.fromCharCode(...values))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '');
    },
  };
}
