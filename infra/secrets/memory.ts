import { aesSecrets } from './aes-gcm.ts';
import type { SealingKeyStore, Secrets } from './port.ts';

/** Keeps the sealing keys that it is given, or those made, as long as the process lives. */
export function memorySealingKeys(given: string | null = null): SealingKeyStore {
  let kept = given;
  return {
    load: async () => kept,
    save: async (text, onlyIfAbsent = false) => {
      if (!onlyIfAbsent || kept === null) kept = text;
    },
  };
}

/** Secrets that open as long as the process lives. */
export const memorySecrets = (): Secrets => aesSecrets(memorySealingKeys());
