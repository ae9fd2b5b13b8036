// Bytes and ids that are the same in every run.

import { createHash } from 'node:crypto';

export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

/** Bytes that look random and depend on the seed alone (xorshift32); without long runs of zeros. */
export function pattern(seed: number, length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** UUIDs in order: `<prefix>-0000-4000-8000-00000000000n`. */
export function idSequence(prefix: string): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `${prefix}-0000-4000-8000-${last.toString(16).padStart(12, '0')}`;
  };
}
