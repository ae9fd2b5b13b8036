// The names of queues as queue services take them: 80 letters, digits, "-" and "_" (SQS is the narrowest). Ours have hosts
// and back ends in them (`volume:host@backend`).
import { hash } from 'node:crypto';

const mostCharacters = 80;
/** Digits of the hash in a name that would be too long: 128 bits. */
const hashDigits = 32;

/**
 * The name of a queue at a service. Two queues never have the same one. What does not fit is written `_` and its two
 * hexadecimal digits, so that a person can read the name; one that would be too long ends in a hash.
 */
export function serviceName(queue: string): string {
  const bytes = new TextEncoder().encode(queue);
  const name = Array.from(bytes, written).join('');
  if (name.length <= mostCharacters) return name;
  // "__" is in no name that was not hashed.
  return `${name.slice(0, mostCharacters - hashDigits - 2)}__${hash('sha256', queue).slice(0, hashDigits)}`;
}

function written(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9-]/.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
}

/** The queue of such a name; null for one that ends in a hash. */
export function queueOf(name: string): string | null {
  if (name.includes('__')) return null;
  return decodeURIComponent(name.replaceAll('_', '%'));
}
