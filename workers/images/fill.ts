// Writing an image over a volume.
import { ConverterError, type Piece } from '../../infra/converter/port.ts';
import { clearing } from '../data/zeros.ts';
import type { Data } from '../driver.ts';
import { isZeros } from '../driver-kit/zeros.ts';

/** Bytes at a time: large enough that calls do not count, small enough that a lost lease is noticed soon. */
export const blockBytes = 4 * 2 ** 20;

/**
 * Makes the data those of the pieces, and zeros everywhere else: twice is once, and of what was there before nothing
 * is left. Old data is discarded, not overwritten with zeros: the volume ends as thin as the image, and it takes the
 * time of the image, whatever the size of the volume.
 */
export async function fill(data: Data, pieces: AsyncIterable<Piece>, signal: AbortSignal): Promise<void> {
  const clear = await clearing(data, signal);
  let at = 0;
  for await (const { offset, bytes } of pieces) {
    signal.throwIfAborted();
    if (offset + bytes.length > data.sizeBytes) {
      throw new ConverterError('too-large', 'The image is larger than the volume.');
    }
    const isEmpty = isZeros(bytes);
    await clear(at, isEmpty ? offset + bytes.length : offset);
    if (!isEmpty) await data.write(offset, bytes);
    at = offset + bytes.length;
  }
  await clear(at, data.sizeBytes);
  signal.throwIfAborted();
  await data.flush();
}

/**
 * Bytes that come in parts of any size, in blocks of one size; the last one is shorter. Each block is valid until the
 * next.
 */
export async function* inBlocks(parts: AsyncIterable<Uint8Array>): AsyncIterable<Piece> {
  const block = new Uint8Array(blockBytes);
  let offset = 0;
  let filled = 0;
  for await (const part of parts) {
    for (let taken = 0; taken < part.length; ) {
      const length = Math.min(part.length - taken, blockBytes - filled);
      block.set(part.subarray(taken, taken + length), filled);
      taken += length;
      filled += length;
      if (filled < blockBytes) continue;
      yield { offset, bytes: block };
      offset += blockBytes;
      filled = 0;
    }
  }
  if (filled > 0) yield { offset, bytes: block.subarray(0, filled) };
}
