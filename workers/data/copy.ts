// Copies bytes from one volume to another.
import type { Data } from '../driver.ts';
import { isZeros } from '../driver-kit/zeros.ts';

const blockBytes = 4 * 2 ** 20;

/** Writes the data of `from` to the blank `to`. Zeros are neither read nor written. */
export async function copyData(from: Data, to: Data, signal: AbortSignal): Promise<void> {
  for (const range of await from.allocated()) {
    const end = range.offset + range.length;
    for (let offset = range.offset; offset < end; offset += blockBytes) {
      signal.throwIfAborted();
      const bytes = await from.read(offset, Math.min(blockBytes, end - offset));
      if (!isZeros(bytes)) await to.write(offset, bytes);
    }
  }
  await to.flush();
}
