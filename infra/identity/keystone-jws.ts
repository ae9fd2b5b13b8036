// Tokens of Keystone's `jws` provider: signed by ES256, so that a forged one is known without asking.
import { type CryptoKey, compactVerify, errors, importSPKI } from 'jose';

const algorithm = 'ES256';

/** Public keys as PEM, one after another. Rejects when there is none, or one is no P-256 key. */
export async function readJwsKeys(pem: string): Promise<CryptoKey[]> {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw new Error('there is no "BEGIN PUBLIC KEY" in it');
  return Promise.all(
    blocks.map((block, index) =>
      importSPKI(block, algorithm).catch(() => {
        throw new Error(`key ${index + 1} is no P-256 key, which Keystone signs with`);
      }),
    ),
  );
}

/** Whether one of the keys signed the token, and it is not over at `now` (null: it may be). */
export async function isSigned(token: string, keys: readonly CryptoKey[], now: number | null): Promise<boolean> {
  for (const key of keys) {
    try {
      // Tokens name no key: each is tried.
      const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
      return now === null || endOf(payload) > now;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
  }
  return false;
}

function endOf(payload: Uint8Array): number {
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    const isNumber = typeof claims === 'object' && claims !== null && 'exp' in claims && typeof claims.exp === 'number';
    return isNumber ? Number(claims.exp) * 1000 : 0;
  } catch {
    return 0;
  }
}
