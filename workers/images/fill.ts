// Writes an image over a volume.
import { ConverterError, type Piece } from '../../infra/converter/port.ts';
import { clearing } from '../data/zeros.ts';
import type { Data } from '../driver.ts';
import { isZeros } from '../driver-kit/zeros.ts';

/** Bytes at a time: large enough that the number of calls does not matter, small enough to notice a lost lease soon. */
export const blockBytes = 4 * 2 ** 20;

/**
 * Makes the data that of the pieces, with zeros everywhere else. Repeating it changes nothing, and nothing of the old
 * data is left. Old data is discarded, not overwritten: the volume ends as thin as the image, in a time that depends
 * on the image and not on the size of the volume.
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
 * Splits bytes that arrive in parts of any size into blocks of one size; the last one is shorter. A block is valid
 * until the next one.
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
