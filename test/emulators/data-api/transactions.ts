// The transactions that callers have open: each holds a session, and is rolled back when nobody has called for a while.
import { randomUUID } from 'node:crypto';
import type { Backend, Session } from './backend.ts';
import { ApiError } from './errors.ts';
import type { Prepared } from './statement.ts';

export class Transactions {
  readonly #backend: Backend;
  readonly #idleMilliseconds: number;
  readonly #open = new Map<string, { readonly session: Session; timer: NodeJS.Timeout }>();

  constructor(backend: Backend, idleMilliseconds: number) {
    this.#backend = backend;
    this.#idleMilliseconds = idleMilliseconds;
  }

  async begin(): Promise<string> {
    const session = await this.#backend.session();
    await session.query(plain('BEGIN'));
    const id = randomUUID().replaceAll('-', '');
    this.#open.set(id, { session, timer: this.#watch(id) });
    return id;
  }

  /** Runs in the transaction; a failure leaves it open, as PostgreSQL does, and refuses what follows. */
  async run<Result>(id: string, work: (session: Session) => Promise<Result>): Promise<Result> {
    const { session, timer } = this.#find(id);
    clearTimeout(timer);
    try {
      return await work(session);
    } finally {
      const open = this.#open.get(id);
      if (open !== undefined) open.timer = this.#watch(id);
    }
  }

  /** Ends it and frees its session; true when it was committed, which one that has failed is not. */
  async end(id: string, how: 'COMMIT' | 'ROLLBACK'): Promise<boolean> {
    const { session, timer } = this.#find(id);
    clearTimeout(timer);
    this.#open.delete(id);
    let isEnded = false;
    try {
      const { command } = await session.query(plain(how));
      isEnded = true;
      return command === 'COMMIT';
    } finally {
      session.release(!isEnded);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.end(id, 'ROLLBACK').catch(() => false)));
  }

  #watch(id: string): NodeJS.Timeout {
    return setTimeout(() => void this.end(id, 'ROLLBACK').catch(() => false), this.#idleMilliseconds).unref();
  }

  #find(id: string) {
    const open = this.#open.get(id);
    if (open === undefined) throw new ApiError('TransactionNotFoundException', 404, `Transaction ${id} is not found`);
    return open;
  }
}

const plain = (text: string): Prepared => ({ text, values: [] });
