// A volume on its way into an image.
import type { Piece } from '../../infra/converter/port.ts';
import type { Data } from '../driver.ts';
import { blockBytes } from './fill.ts';

/** The parts of the data that may be other than zeros, in blocks. */
export async function* piecesOf(data: Data, signal: AbortSignal): AsyncIterable<Piece> {
  for (const range of await data.allocated()) {
    const end = Math.min(range.offset + range.length, data.sizeBytes);
    for (let offset = range.offset; offset < end; offset += blockBytes) {
      signal.throwIfAborted();
      yield { offset, bytes: await data.read(offset, Math.min(blockBytes, end - offset)) };
    }
  }
}

/** All of it, zeros included. */
export async function* bytesOf(data: Data, signal: AbortSignal): AsyncIterable<Uint8Array> {
  let at = 0;
  for await (const { offset, bytes } of piecesOf(data, signal)) {
    yield* zeros(offset - at);
    yield bytes;
    at = offset + bytes.length;
  }
  yield* zeros(data.sizeBytes - at);
}

const empty = new Uint8Array(blockBytes);

function* zeros(length: number): Iterable<Uint8Array> {
  for (let left = length; left > 0; left -= blockBytes) yield empty.subarray(0, Math.min(left, blockBytes));
}
