// Bytes of a socket, read in the amounts that a protocol asks for.

import type { Socket } from 'node:net';

export class ByteStream {
  readonly #parts: Buffer[] = [];
  #size = 0;
  #wanted: {
    readonly bytes: number;
    readonly take: (bytes: Buffer) => void;
    readonly fail: (e: unknown) => void;
  } | null = null;
  #ended: Error | null = null;
  readonly #feed = (part: Buffer) => this.#receive(part);
  readonly #end = () => this.#stop();

  constructor(socket: Socket) {
    this.attach(socket);
  }

  attach(socket: Socket): void {
    socket.on('data', this.#feed);
    socket.on('error', () => {});
    socket.on('close', this.#end);
  }

  /** Hands the socket over, for example to TLS; nothing may be left to read. */
  detach(socket: Socket): void {
    socket.off('data', this.#feed);
    socket.off('close', this.#end);
  }

  /** One reader at a time. Rejects when the connection ends before. */
  read(bytes: number): Promise<Buffer> {
    return new Promise((take, fail) => {
      this.#wanted = { bytes, take, fail };
      this.#serve();
    });
  }

  #receive(part: Buffer): void {
    this.#parts.push(part);
    this.#size += part.length;
    this.#serve();
  }

  #stop(): void {
    this.#ended = new Error('the connection has ended');
    this.#serve();
  }

  #serve(): void {
    const wanted = this.#wanted;
    if (wanted === null) return;
    if (this.#size >= wanted.bytes) {
      this.#wanted = null;
      const all = this.#parts.length === 1 ? (this.#parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#parts);
      const rest = all.subarray(wanted.bytes);
      this.#parts.length = 0;
      if (rest.length > 0) this.#parts.push(rest);
      this.#size = rest.length;
      wanted.take(all.subarray(0, wanted.bytes));
    } else if (this.#ended !== null) {
      this.#wanted = null;
      wanted.fail(this.#ended);
    }
  }
}
