// The bytes of an object in memory, as the worker reads and writes them.

import { type Data, type DataRange, type DataTarget, DriverError } from '../../driver.ts';
import { type Chunks, chunkBytes, discardChunks, readChunks, writeChunks } from './chunks.ts';
import type { MemoryStore, StoredObject } from './store.ts';

const gib = 1024 ** 3;

/** Opens an object. Each call looks it up again, so that what was removed meanwhile is gone. */
export function openData(store: MemoryStore, target: DataTarget, mode: 'r' | 'rw', signal: AbortSignal): Data {
  const name = target.kind === 'volume' ? `volume-${target.volume.id}` : `snapshot-${target.snapshot.id}`;
  const object = (): StoredObject => {
    if (signal.aborted) throw new DriverError('transient', 'The back end did not finish in time.');
    const found = store.objects.get(name);
    if (found === undefined || found.kind === 'loose')
      throw new DriverError('gone', `The ${target.kind} is not there.`);
    return found;
  };
  const sizeBytes = object().sizeGiB * gib;
  const within = (offset: number, length: number) => {
    if (offset >= 0 && length >= 0 && offset + length <= sizeBytes) return object();
    throw new DriverError('fatal', 'The bytes are beyond the end of the volume.');
  };
  return {
    sizeBytes,
    read: async (offset, length) => readChunks(within(offset, length).chunks, offset, length),
    async write(offset, bytes) {
      if (mode === 'r') throw new DriverError('fatal', 'The data was opened for reading only.');
      writeChunks(within(offset, bytes.length).chunks, offset, bytes);
    },
    async discard(offset, length) {
      if (mode === 'r') throw new DriverError('fatal', 'The data was opened for reading only.');
      discardChunks(within(offset, length).chunks, offset, length);
    },
    allocated: async () => rangesOf(object().chunks),
    flush: async () => {},
    close: async () => {},
  };
}

/** The chunks that were written, neighbours together. */
function rangesOf(chunks: Chunks): DataRange[] {
  const ranges: { offset: number; length: number }[] = [];
  for (const index of [...chunks.keys()].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.length === index * chunkBytes) last.length += chunkBytes;
    else ranges.push({ offset: index * chunkBytes, length: chunkBytes });
  }
  return ranges;
}
