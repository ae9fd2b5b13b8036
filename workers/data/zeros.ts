// Zeroes ranges without writing zeros where nothing is allocated.
import type { Data } from '../driver.ts';

/**
 * Returns a function that zeroes ranges. Call it with ranges in order; it touches only what was allocated at the
 * start, so its time depends on the amount of old data, not on the size of the volume.
 */
export async function clearing(data: Data, signal: AbortSignal): Promise<(from: number, to: number) => Promise<void>> {
  const old = await data.allocated();
  let next = 0;
  return async (from, to) => {
    for (let range = old[next]; range !== undefined && range.offset < to; range = old[next]) {
      signal.throwIfAborted();
      const start = Math.max(from, range.offset);
      const end = Math.min(to, range.offset + range.length);
      if (start < end) await data.discard(start, end - start);
      if (range.offset + range.length > to) return;
      next += 1;
    }
  };
}
