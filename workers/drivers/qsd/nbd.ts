// A client of NBD for the worker's own copies: one request at a time in flight for each caller, any number of callers.

import type { DataRange } from '../../driver.ts';
import { type NbdPlace, type Opened, openNbd } from './nbd-open.ts';

const requestMagic = 0x25609513;
const simpleMagic = 0x67446698;
const structuredMagic = 0x668e33ef;
const command = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, writeZeroes: 6, blockStatus: 7 } as const;
const chunk = { none: 0, offsetData: 1, offsetHole: 2, blockStatus: 5 } as const;

/** One request is never larger: the daemon refuses more than 32 MiB. */
const mostBytes = 8 * 1024 ** 2;
/** A length has 32 bits. */
const mostLength = 2 ** 31 - 2 ** 20;

interface Pending {
  readonly into: Buffer;
  readonly offset: number;
  readonly ranges: { length: number; flags: number }[];
  error: number;
  readonly resolve: (pending: Pending) => void;
  readonly reject: (error: unknown) => void;
}

export class Nbd {
  readonly sizeBytes: number;
  readonly #opened: Opened;
  readonly #pending = new Map<bigint, Pending>();
  #next = 1n;
  #ended: unknown = null;

  private constructor(opened: Opened) {
    this.sizeBytes = opened.sizeBytes;
    this.#opened = opened;
    this.#receive().catch((error: unknown) => {
      this.#ended = error;
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    });
  }

  static async open(place: NbdPlace, signal: AbortSignal): Promise<Nbd> {
    return new Nbd(await openNbd(place, signal));
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += mostBytes) {
      const part = bytes.subarray(at, at + mostBytes);
      await this.#ask(command.read, offset + at, part.length, { into: part });
    }
    return bytes;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += mostBytes) {
      const part = bytes.subarray(at, at + mostBytes);
      await this.#ask(command.write, offset + at, part.length, { bytes: part });
    }
  }

  /** Zeros, without the room that they would take. */
  async zero(offset: number, length: number): Promise<void> {
    for (let at = 0; at < length; at += mostLength) {
      await this.#ask(command.writeZeroes, offset + at, Math.min(mostLength, length - at));
    }
  }

  async flush(): Promise<void> {
    await this.#ask(command.flush, 0, 0);
  }

  /** The ranges that may hold something else than zeros. */
  async allocated(): Promise<DataRange[]> {
    const found: { offset: number; length: number }[] = [];
    for (let at = 0; at < this.sizeBytes; ) {
      const { ranges } = await this.#ask(command.blockStatus, at, Math.min(mostLength, this.sizeBytes - at));
      if (ranges.length === 0) throw new Error('the server tells no ranges');
      for (const { length, flags } of ranges) {
        const isZero = (flags & 2) !== 0;
        const last = found.at(-1);
        if (!isZero && last !== undefined && last.offset + last.length === at) last.length += length;
        else if (!isZero) found.push({ offset: at, length });
        at += length;
      }
    }
    return found;
  }

  /** Never rejects. */
  async close(): Promise<void> {
    if (this.#ended === null) this.#opened.socket.write(head(command.disconnect, 0n, 0, 0));
    this.#opened.socket.end();
  }

  destroy(): void {
    this.#opened.socket.destroy();
  }

  #ask(
    kind: number,
    offset: number,
    length: number,
    { into = Buffer.alloc(0), bytes = null }: { into?: Buffer; bytes?: Uint8Array | null } = {},
  ): Promise<Pending> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const handle = this.#next;
    this.#next += 1n;
    return new Promise((resolve, reject) => {
      this.#pending.set(handle, { into, offset, ranges: [], error: 0, resolve, reject });
      this.#opened.socket.write(head(kind, handle, offset, length));
      if (bytes !== null) this.#opened.socket.write(bytes);
    });
  }

  async #receive(): Promise<void> {
    const { stream } = this.#opened;
    for (;;) {
      const start = await stream.read(16);
      const magic = start.readUInt32BE(0);
      const pending = (handle: bigint) => {
        const found = this.#pending.get(handle);
        if (found === undefined) throw new Error('the server answers what nobody asked');
        return found;
      };
      if (magic === simpleMagic) {
        const handle = start.readBigUInt64BE(8);
        this.#end(handle, pending(handle), start.readUInt32BE(4));
        continue;
      }
      if (magic !== structuredMagic) throw new Error('the server speaks another protocol');
      const { length, isLast, type } = {
        length: (await stream.read(4)).readUInt32BE(0),
        isLast: (start.readUInt16BE(4) & 1) !== 0,
        type: start.readUInt16BE(6),
      };
      const handle = start.readBigUInt64BE(8);
      await this.#chunk(pending(handle), type, length);
      if (isLast) this.#end(handle, pending(handle), pending(handle).error);
    }
  }

  async #chunk(pending: Pending, type: number, length: number): Promise<void> {
    if (length > mostBytes + 1024) throw new Error('an answer of the server is too long');
    if (type === chunk.none) return;
    const data = await this.#opened.stream.read(length);
    if (type === chunk.offsetData) data.copy(pending.into, Number(data.readBigUInt64BE(0)) - pending.offset, 8);
    else if (type === chunk.blockStatus) {
      for (let at = 4; at + 8 <= data.length; at += 8) {
        pending.ranges.push({ length: data.readUInt32BE(at), flags: data.readUInt32BE(at + 4) });
      }
    } else if (type >= 2 ** 15) pending.error = data.readUInt32BE(0);
    else if (type !== chunk.offsetHole) throw new Error('the server speaks another protocol');
  }

  #end(handle: bigint, pending: Pending, error: number): void {
    this.#pending.delete(handle);
    if (error === 0) pending.resolve(pending);
    else pending.reject(new NbdError(error));
  }
}

/** The server refused a request, with a number of errno. */
export class NbdError extends Error {
  readonly errno: number;

  constructor(errno: number) {
    super(errno === 28 ? 'No space left on device' : `the server answers error ${errno}`);
    this.errno = errno;
  }
}

function head(kind: number, handle: bigint, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt32BE(requestMagic);
  bytes.writeUInt16BE(kind, 6);
  bytes.writeBigUInt64BE(handle, 8);
  bytes.writeBigUInt64BE(BigInt(offset), 16);
  bytes.writeUInt32BE(length, 24);
  return bytes;
}
