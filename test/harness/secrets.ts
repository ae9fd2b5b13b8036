// What seals secrets in tests: one key for all of a process, so that a world that was seeded opens in every Scoria of
// it.
import { aesSecrets } from '../../infra/secrets/aes-gcm.ts';
import { memorySealingKeys } from '../../infra/secrets/memory.ts';
import { canarySealingKey } from './canaries.ts';

export const testSecrets = aesSecrets(memorySealingKeys(canarySealingKey()));
