// QMP: one JSON object a line over a unix socket, answers by their ids, events between them.

import { connect, type Socket } from 'node:net';
import { DriverError } from '../../driver.ts';

type Value = Readonly<Record<string, unknown>>;

/** What the daemon answered when it refused: nothing has happened. */
export class QmpError extends Error {
  readonly className: string;

  constructor(command: string, className: string, description: string) {
    super(`${command}: ${description}`);
    this.className = className;
  }
}

interface Waiting {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** An answer is never longer than this: a thousand exports are 300 KB. */
const mostBytes = 64 * 1024 ** 2;

export class Qmp {
  /** The version that the daemon reports. */
  version = '';
  /** Rejects when the daemon is lost. */
  readonly lost: Promise<never>;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(name: string, data: Value) => void>();
  #next = 1;
  #text = '';
  #greeted: (() => void) | null = null;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', () => {});
    let lose: (error: unknown) => void = () => {};
    this.lost = new Promise<never>((_, reject) => {
      lose = reject;
    });
    this.lost.catch(() => {});
    socket.on('close', () => {
      this.#isClosed = true;
      lose(lost());
      for (const { reject } of this.#waiting.values()) reject(lost());
      this.#waiting.clear();
    });
  }

  /** Connects and is ready for commands; rejects when nobody listens or nobody greets in time. */
  static async open(path: string, signal: AbortSignal): Promise<Qmp> {
    const socket = connect(path);
    const end = () => socket.destroy();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    try {
      const qmp = new Qmp(socket);
      await new Promise<void>((resolve, reject) => {
        qmp.#greeted = resolve;
        socket.once('error', reject);
        socket.once('close', () => reject(lost()));
      });
      await qmp.run('qmp_capabilities');
      return qmp;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** Rejects with a QmpError when the daemon refuses, `transient` when it is lost meanwhile. */
  run<T = unknown>(command: string, given?: Value): Promise<T> {
    if (this.#isClosed) return Promise.reject(lost());
    const id = this.#next;
    this.#next += 1;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { command, resolve: resolve as (value: unknown) => void, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, id, ...(given && { arguments: given }) })}\n`);
    });
  }

  /** Hears events until the returned function is called. */
  listen(hear: (name: string, data: Value) => void): () => void {
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#text += text;
    if (this.#text.length > mostBytes) this.close();
    const lines = this.#text.split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') this.#take(JSON.parse(line));
  }

  #take(message: Value): void {
    if (message.QMP !== undefined) {
      const { qemu } = (message.QMP as { version: { qemu: { major: number; minor: number; micro: number } } }).version;
      this.version = `${qemu.major}.${qemu.minor}.${qemu.micro}`;
      this.#greeted?.();
    } else if (typeof message.event === 'string') {
      for (const hear of this.#listeners) hear(message.event, (message.data ?? {}) as Value);
    } else this.#answer(message);
  }

  #answer(message: Value): void {
    const waiting = this.#waiting.get(Number(message.id));
    if (waiting === undefined) return;
    this.#waiting.delete(Number(message.id));
    if (message.error === undefined) waiting.resolve(message.return);
    else {
      const { class: className, desc } = message.error as { class: string; desc: string };
      waiting.reject(new QmpError(waiting.command, className, desc));
    }
  }
}

function lost(): DriverError {
  return new DriverError('transient', 'The storage daemon went away in the middle. The same call can be made again.');
}
