// Zeros, made without writing them.
import type { Data } from '../driver.ts';

/**
 * Returns what makes a range zeros: ranges come in order, and only what was allocated when it began is touched. So
 * its time follows the old data, not the size of the volume.
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
