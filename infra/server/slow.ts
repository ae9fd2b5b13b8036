// Clients that something waits for: bounded in time, and in the bytes that are held for all of them.
import type { Socket } from 'node:net';

interface Held {
  readonly socket: Socket;
  bytes: number;
  readonly timer: NodeJS.Timeout | null;
}

export interface Waiting {
  /** So many bytes more are held for it. */
  grow(bytes: number): void;
  leave(): void;
}

export class Slow {
  readonly #mostBytes: number;
  readonly #seconds: number | null;
  readonly #cutOff: (socket: Socket) => void;
  /** The one that is waited for longest comes first. */
  readonly #held = new Set<Held>();
  #bytes = 0;

  /** Without seconds somebody else bounds the time. `cutOff` ends those that hold too much. */
  constructor(mostBytes: number, seconds: number | null, cutOff = (socket: Socket): void => void socket.destroy()) {
    this.#mostBytes = mostBytes;
    this.#seconds = seconds;
    this.#cutOff = cutOff;
  }

  /** Begins to wait for a client. The slowest are cut off until the rest hold no more bytes than they may. */
  enter(socket: Socket, bytes: number): Waiting {
    const timer = this.#seconds === null ? null : setTimeout(() => socket.destroy(), this.#seconds * 1000).unref();
    const held = { socket, bytes: 0, timer };
    this.#held.add(held);
    this.#grow(held, bytes);
    return { grow: (more) => this.#grow(held, more), leave: () => this.#leave(held) };
  }

  #grow(held: Held, bytes: number): void {
    if (!this.#held.has(held)) return;
    held.bytes += bytes;
    this.#bytes += bytes;
    for (const one of this.#held) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#leave(one);
      this.#cutOff(one.socket);
    }
  }

  #leave(held: Held): void {
    if (!this.#held.delete(held)) return;
    this.#bytes -= held.bytes;
    if (held.timer !== null) clearTimeout(held.timer);
  }
}
