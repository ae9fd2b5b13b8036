// The key of a transfer. It has 95 random bits, so a salted HMAC is enough: there is no dictionary to try.
import type { Digests } from '../../infra/digests/port.ts';
import type { Ids } from '../../infra/ids/port.ts';

/** As long as Cinder's keys: Horizon's form takes no longer one. */
const keyLength = 16;

/** A key of letters and digits, each of the 62 as likely as any other. */
export function newKey(ids: Ids): string {
  let key = '';
  // 32 signs of base64, of which one in 32 is no letter or digit: one round is enough but once in 10^11.
  while (key.length < keyLength) key += ids.secret(24).replace(/[^A-Za-z0-9]/g, '');
  return key.slice(0, keyLength);
}

/** So many unguessable bytes in hexadecimal, which no shell and no command line takes for an option. */
export function secretHex(ids: Ids, bytes: number): string {
  const binary = atob(ids.secret(bytes).replaceAll('-', '+').replaceAll('_', '/'));
  return [...binary].map((one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** What is kept of a key: HMAC-SHA-256 under the transfer's salt, in hexadecimal. */
export const hashKey = (digests: Digests, salt: string, key: string): Promise<string> => digests.hmacSha256(salt, key);
