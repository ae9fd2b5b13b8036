// The names of queues as queue services take them: 80 letters, digits, "-" and "_" (SQS is the narrowest). Ours have
// hosts and back ends in them (`volume:host@backend`).
import { createHash } from 'node:crypto';

const mostCharacters = 80;
/** Digits of the hash in a name that would be too long: 128 bits. */
const hashDigits = 32;

/**
 * What follows the name of a queue in that of its dead letters. "__" is in no name that was not hashed, and no hash
 * has an "s".
 */
const deadSuffix = '__dead-letters';
/** A prefix leaves room for a hash, for some letters that a person knows the queue by, and for the suffix. */
export const longestPrefix = 24;

/**
 * The name of a queue at a service. Two queues never have the same one. What does not fit is written `_` and its two
 * hexadecimal digits, so that a person can read the name; one that would be too long ends in a hash.
 */
export function serviceName(queue: string, prefix = ''): string {
  const bytes = new TextEncoder().encode(queue);
  const name = Array.from(bytes, written).join('');
  const room = mostCharacters - prefix.length - deadSuffix.length;
  if (name.length <= room) return prefix + name;
  const digest = createHash('sha256').update(queue).digest('hex').slice(0, hashDigits);
  return `${prefix}${name.slice(0, room - hashDigits - 2)}__${digest}`;
}

/** The name of the dead letters of a queue with such a name. */
export const deadLettersName = (name: string) => `${name}${deadSuffix}`;

function written(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9-]/.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
}

/** The queue of such a name; null for one that ends in a hash, has another prefix, or is of dead letters. */
export function queueOf(name: string, prefix = ''): string | null {
  const own = name.slice(prefix.length);
  if (!name.startsWith(prefix) || own.includes('__')) return null;
  try {
    return decodeURIComponent(own.replaceAll('_', '%'));
  } catch {
    return null;
  }
}
