// What seals secrets in tests: one key for all of a process, so that a world that was seeded opens in every Scoria of
// it.
import { aesSecrets } from '../../infra/secrets/aes-gcm.ts';
import { memorySealingKeys } from '../../infra/secrets/memory.ts';
import { type Secrets, SecretsError } from '../../infra/secrets/port.ts';
import { canarySealingKey } from './canaries.ts';

export const testSecrets = aesSecrets(memorySealingKeys(canarySealingKey()));

/** What a simulation seals with: at once, where Web Crypto takes a thread and a time that no virtual clock knows. */
export const instantSecrets: Secrets = {
  seal: async (text, purpose) => Buffer.from(JSON.stringify([purpose, text])).toString('base64url'),
  async open(sealed, purpose) {
    const [bound, text] = JSON.parse(Buffer.from(sealed, 'base64url').toString()) as [string, string]; // as sealed
    if (bound !== purpose) throw new SecretsError('damaged', 'sealed for another purpose');
    return text;
  },
};
