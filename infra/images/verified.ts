// Bytes held against what the image service promised of them, while they pass.
import { createHash, getHashes, type Hash } from 'node:crypto';
import { type Expected, ImagesError } from './port.ts';

interface Digest {
  readonly hash: Hash;
  readonly value: string;
}

/** The best digest that both sides know: the one of newer services, else md5. */
function digestOf(expected: Expected): Digest | null {
  const known = new Set(getHashes().map((one) => one.toLowerCase()));
  const candidates = [
    { algorithm: expected.hashAlgorithm, value: expected.hashValue },
    { algorithm: 'md5', value: expected.checksum },
  ];
  for (const { algorithm, value } of candidates) {
    if (algorithm !== null && value !== null && known.has(algorithm.toLowerCase())) {
      return { hash: createHash(algorithm), value: value.toLowerCase() };
    }
  }
  return null;
}

/** The same bytes. Rejects at the end when they are fewer (`unavailable`), more or others (`damaged`). */
export async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  expected: Expected,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const digest = digestOf(expected);
  const most = expected.sizeBytes ?? Number.POSITIVE_INFINITY;
  let size = 0;
  const source = bytes[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await source.next().catch((error: unknown) => {
        signal.throwIfAborted();
        throw new ImagesError('unavailable', 'The image service broke off in the middle of the image.', {
          cause: error,
        });
      });
      if (next.done === true) break;
      size += next.value.length;
      if (size > most) throw new ImagesError('damaged', 'The image service sent more bytes than the image has.');
      digest?.hash.update(next.value);
      yield next.value;
    }
  } finally {
    await source.return?.().catch(() => {});
  }
  if (expected.sizeBytes !== null && size < expected.sizeBytes) {
    throw new ImagesError('unavailable', 'The image service sent only a part of the image.');
  }
  if (digest !== null && digest.hash.digest('hex') !== digest.value) {
    throw new ImagesError('damaged', 'The image service sent other bytes than the image has: the checksum differs.');
  }
}
