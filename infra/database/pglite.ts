import { resolve } from 'node:path';
import type { Client } from 'pg';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { databaseError, isStalePlan } from './failure.ts';
import { compile, valuesFor } from './named.ts';
import { openSession, type PgliteSession } from './pglite-session.ts';
import { tend } from './pglite-upkeep.ts';
import { planNames } from './plans.ts';
import { DatabaseError, type Migratable, type Parameters, type Statement } from './port.ts';
import { runPrepared } from './prepared-query.ts';

interface PgliteLimits {
  /** After this a statement rejects `unavailable`. Default 45. */
  readonly statementSeconds?: number;
  /** What to begin from when there is no data yet: see template.ts. Default none. */
  readonly template?: string;
}

export type PgliteOptions = PgliteLimits & ({ readonly directory: string } | { readonly memory: true });

export interface PgliteDatabase extends Migratable {
  /** The whole data directory as a tar, to begin another database from. */
  dump(): Promise<Uint8Array>;
}

/**
 * The embedded database: PostgreSQL in a worker thread of this process, one writer, on a directory or in memory.
 *
 * The directory is held by a lock file beside it until close(). A killed process loses nothing that was acknowledged;
 * a power cut may (PGlite does not fsync). What PostgreSQL does in its background is done between statements
 * (pglite-upkeep.ts). A statement cannot be cancelled once it runs: past its deadline it rejects, and may still take
 * effect. If the worker has answered nothing at all in that time it is stopped, everything waiting rejects
 * `unavailable`, and a new worker opens the directory (0.5 s), for which later statements wait; a database in memory
 * is lost then and stays `unavailable`.
 */
export async function pgliteDatabase(options: PgliteOptions): Promise<PgliteDatabase> {
  try {
    const lock = 'directory' in options ? lockDirectory(options.directory) : undefined;
    const database = new Embedded(options, lock);
    await database.open();
    const { all, script, dump, close } = database;
    return { all, script, dump, close };
  } catch (error) {
    throw databaseError(error, 'open');
  }
}

// A migration may rewrite a table; other statements wait for it.
const scriptMilliseconds = 600_000;

class Embedded {
  readonly #directory: string | undefined;
  readonly #template: string | undefined;
  readonly #statementMilliseconds: number;
  readonly #lock: DirectoryLock | undefined;
  #epoch = 0;
  #planName = planNames();
  #scriptsRunning = 0;
  #usedAt = performance.now();
  #upkeep: ReturnType<typeof tend> | undefined;
  readonly #stopped = new WeakSet<PgliteSession>();
  #session: Promise<PgliteSession> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: PgliteOptions, lock: DirectoryLock | undefined) {
    this.#directory = 'directory' in options ? resolve(options.directory) : undefined;
    this.#template = options.template;
    this.#statementMilliseconds = (options.statementSeconds ?? 45) * 1000;
    this.#lock = lock;
  }

  async open(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      this.#lock?.release();
      throw error;
    }
    // In memory it lives as long as a test.
    if (this.#directory === undefined) return;
    this.#upkeep = tend({ read: this.#read, run: this.#tend, quiet: () => performance.now() - this.#usedAt });
  }

  all = async <Row>(statement: Statement, parameters: Parameters = {}): Promise<Row[]> => {
    this.#usedAt = performance.now();
    try {
      const compiled = compile(statement);
      const values = valuesFor(statement, compiled, parameters);
      const { text } = compiled;
      // The edge: what a row looks like is said by the statement, and the caller knows the statement.
      const run = async (client: Client) => {
        const name = this.#planName(statement, compiled);
        if (name !== undefined) return runPrepared<Row>(client, { text, values, name });
        return (await client.query({ text, values })).rows as Row[];
      };
      return await this.#send(statement.name, run, this.#statementMilliseconds).catch((error) => {
        if (!isStalePlan(error)) throw error;
        // 26000: the statement before it under the same name failed to parse, and pg parses it again by itself.
        if (error.code !== '26000') this.#renewPlans();
        return this.#send(statement.name, run, this.#statementMilliseconds);
      });
    } catch (error) {
      throw databaseError(error, statement.name);
    }
  };

  script = async (text: string): Promise<void> => {
    this.#usedAt = performance.now();
    this.#scriptsRunning += 1;
    try {
      await this.#send('script', (client) => client.query(text), scriptMilliseconds);
    } catch (error) {
      throw databaseError(error, 'script');
    } finally {
      this.#scriptsRunning -= 1;
      this.#renewPlans();
    }
  };

  /** Sent just after an answer, so that what makes others wait is this and not a statement that is stuck. */
  #tend = async (text: string): Promise<void> => {
    this.#scriptsRunning += 1;
    try {
      await this.#send('upkeep', (client) => client.query(text), scriptMilliseconds);
    } finally {
      this.#scriptsRunning -= 1;
    }
  };

  #read = async <Row>(text: string): Promise<Row[]> => {
    const found = await this.#send('upkeep', (client) => client.query(text), this.#statementMilliseconds);
    return found.rows as Row[]; // as `facts` says
  };

  dump = async (): Promise<Uint8Array> => {
    try {
      return await (await this.#current('dump')).dump();
    } catch (error) {
      throw databaseError(error, 'dump');
    }
  };

  close = (): Promise<void> => {
    this.#closed ??= this.#end();
    return this.#closed;
  };

  #renewPlans(): void {
    this.#epoch += 1;
    this.#planName = planNames(this.#epoch);
  }

  #start(after: Promise<void> = Promise.resolve()): Promise<PgliteSession> {
    const lost = () => {
      if (this.#session === session) this.#session = undefined;
    };
    const data = { directory: this.#directory, template: this.#template };
    const session = after.then(() => openSession(data, lost));
    session.catch(lost);
    this.#session = session;
    return session;
  }

  async #current(statement: string): Promise<PgliteSession> {
    if (this.#closed) throw new DatabaseError('unavailable', 'the database is closed', '08003', statement);
    if (this.#session) return this.#session;
    if (this.#directory === undefined) {
      throw new DatabaseError('unavailable', 'the database in memory was lost with its worker', '57P01', statement);
    }
    return this.#start();
  }

  async #send<Result>(
    statement: string,
    work: (client: Client) => Promise<Result>,
    milliseconds: number,
  ): Promise<Result> {
    const session = await this.#current(statement);
    return new Promise((resolve, reject) => {
      const late = () => {
        reject(new DatabaseError('unavailable', `no answer in ${milliseconds / 1000} s`, '57014', statement));
        this.#stopIfStuck(session);
      };
      const timer = setTimeout(late, milliseconds).unref();
      work(session.client)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  /** Late because of a long queue is one thing; a worker that has answered nobody for a whole deadline is stuck. */
  #stopIfStuck(session: PgliteSession): void {
    const patience = this.#scriptsRunning > 0 ? scriptMilliseconds : this.#statementMilliseconds;
    // Timers may fire a millisecond early.
    if (this.#stopped.has(session) || session.silence() < patience - 5) return;
    this.#stopped.add(session);
    const stopped = session.kill();
    // Never two PGlites on one directory: the new worker starts when the old thread has ended.
    if (this.#directory === undefined || this.#closed) this.#session = undefined;
    else void this.#start(stopped).catch(() => {});
  }

  async #end(): Promise<void> {
    this.#upkeep?.stop();
    const session = await this.#session?.catch(() => undefined);
    // A worker that fails while closing is gone all the same, and the files are whole up to its last answer.
    await session?.end().catch(() => session.kill());
    this.#lock?.release();
  }
}
