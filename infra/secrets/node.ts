// Secrets on Node: sealed with the keys that the operator gives, or else with those of a file.
import { aesSecrets } from './aes-gcm.ts';
import { memorySealingKeys } from './memory.ts';
import type { SealingKeyStore, Secrets } from './port.ts';

export interface NodeSecretsOptions {
  /** Null: made at the first use, in the data folder. */
  readonly secretKeys: string | null;
}

export const nodeSecrets = (given: string | null, file: SealingKeyStore): Secrets =>
  aesSecrets(given === null ? file : memorySealingKeys(given));
