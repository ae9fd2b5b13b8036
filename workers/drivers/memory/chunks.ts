// The bytes of a volume as the chunks that were written; what was not written reads as zeros.

/** 64 KiB: a volume with 1 GiB written is 16,384 chunks. */
export const chunkBytes = 64 * 1024;

/** A chunk is never changed once it is in a map, so copies share chunks and still never see each other's writes. */
export type Chunks = Map<number, Uint8Array>;

export function writeChunks(chunks: Chunks, offset: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    const index = Math.floor((offset + done) / chunkBytes);
    const within = (offset + done) % chunkBytes;
    const part = bytes.subarray(done, done + chunkBytes - within);
    const chunk = new Uint8Array(chunkBytes);
    chunk.set(chunks.get(index) ?? []);
    chunk.set(part, within);
    chunks.set(index, chunk);
    done += part.length;
  }
}

/** Forgets whole chunks, and writes zeros over the parts of others. */
export function discardChunks(chunks: Chunks, offset: number, length: number): void {
  const end = offset + length;
  for (const index of [...chunks.keys()]) {
    const start = Math.max(offset, index * chunkBytes);
    const stop = Math.min(end, (index + 1) * chunkBytes);
    if (stop - start === chunkBytes) chunks.delete(index);
    else if (stop > start) writeChunks(chunks, start, new Uint8Array(stop - start));
  }
}

export function readChunks(chunks: Chunks, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const within = (offset + done) % chunkBytes;
    const size = Math.min(chunkBytes - within, length - done);
    const chunk = chunks.get(Math.floor((offset + done) / chunkBytes));
    if (chunk !== undefined) bytes.set(chunk.subarray(within, within + size), done);
    done += size;
  }
  return bytes;
}
