import { Duplex } from 'node:stream';
import type { Worker } from 'node:worker_threads';

type Chunk = { readonly chunk: Buffer };

/**
 * The socket that pg's Client believes it has: what it writes goes to the worker, what the worker answers is read.
 *
 * One statement (Bind to Sync, corked by pg) is one message, sent at once. Gathering the statements of a turn
 * into one message is slower by half (100-row lists: 2,130 against 4,400 a second at concurrency 16): worker and
 * main thread then wait for each other instead of working side by side.
 */
export class PgliteWire extends Duplex {
  readonly #worker: Worker;
  /** When the worker last answered, or was last found with nothing to do (performance.now()). */
  lastSign = performance.now();
  #unanswered = 0;

  constructor(worker: Worker) {
    // The port's queue is the real buffer. A low mark would only make pg's writes wait for a drain.
    super({ writableHighWaterMark: 1 << 24, readableHighWaterMark: 1 << 24 });
    this.#worker = worker;
    worker.on('message', (message: unknown) => {
      if (!(message instanceof Uint8Array)) return;
      this.lastSign = performance.now();
      this.#unanswered -= 1;
      if (message.length > 0) this.push(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send([chunk]);
    done();
  }

  override _writev(chunks: Chunk[], done: () => void): void {
    this.#send(chunks.map((each) => each.chunk));
    done();
  }

  override _read(): void {}

  override _final(done: () => void): void {
    done();
    // Nothing is left to come: without this, pg waits for ever for the connection's close.
    this.destroy();
  }

  // What pg calls on a net.Socket.
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  #send(chunks: readonly Buffer[]): void {
    // A copy, because pg's buffers are slices of a shared pool, which cannot be given away.
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    if (this.#unanswered === 0) this.lastSign = performance.now();
    this.#unanswered += 1;
    this.#worker.postMessage(bytes, [bytes.buffer]);
  }
}
