import type { Clock } from '../clock/port.ts';
import { dataApiError, isTooLarge, isWriting, type Pause, pauseOf } from './data-api/failure.ts';
import { portable, statementsOf } from './data-api/text.ts';
import type { DataApiAnswer, DataApiOperation, DataApiTransport } from './data-api/transport.ts';
import { fieldsOf, hasLostDigits, rowsOf } from './data-api/values.ts';
import { documentsOf, keptCount, Pieces, pieceCounts, piecesOf, readOnly } from './data-api/whole.ts';
import { isGuarded, keptRows } from './data-api/writing.ts';
import { DatabaseError, type Migratable, type Parameters, type Statement } from './port.ts';

export interface DataApiOptions {
  readonly transport: DataApiTransport;
  /** The ARN of the Aurora cluster. */
  readonly cluster: string;
  /** The ARN of the secret with its user and password. */
  readonly secret: string;
  /** The name of the database. */
  readonly database: string;
  readonly clock: Pick<Clock, 'sleep'>;
  /** How long a statement may wait for a cluster that wakes up, which takes 15 s and more. Default: 60. */
  readonly resumeSeconds?: () => number;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random?: () => number;
}

/**
 * Aurora PostgreSQL through the RDS Data API: a statement is one HTTPS call, and there are no connections to keep.
 *
 * Sends a call again only when the service said that it did nothing with it: while the cluster wakes up, or when
 * there were too many calls. All other failures without an answer reject as `unavailable`, as the outcome is unknown.
 * A result over the service's limits (1 MiB, 64 KB a row) is read in pieces, all of one moment. A statement that writes
 * does so once, whatever its result is: five calls and more then, in one transaction.
 */
export function dataApiDatabase(options: DataApiOptions): Migratable {
  const { all, script, close } = new DataApi(options);
  return { all, script, close };
}

/** Pauses grow from the first to the last, doubled each time; each is cut by up to half, so that callers come apart. */
const pauses = {
  resuming: { firstMilliseconds: 500, lastMilliseconds: 4000 },
  throttled: { firstMilliseconds: 50, lastMilliseconds: 2000 },
} as const;
const throttledSeconds = 10;

type Input = Readonly<Record<string, unknown>>;

class DataApi {
  readonly #options: DataApiOptions;
  readonly #target: Input;
  #isClosed = false;

  constructor(options: DataApiOptions) {
    this.#options = options;
    this.#target = { resourceArn: options.cluster, secretArn: options.secret, database: options.database };
  }

  all = async <Row>(statement: Statement, parameters: Parameters = {}): Promise<Row[]> => {
    try {
      const { text, names, writing } = portable(statement.text);
      const asked = { sql: writing?.guarded ?? text, parameters: fieldsOf(statement, names, parameters) };
      const answer = await this.#call('ExecuteStatement', { ...asked, includeResultMetadata: true }).catch((error) => {
        if (writing === null ? isTooLarge(error) : isGuarded(error)) return null;
        throw error;
      });
      if (answer === null && writing !== null) return await this.#writeWhole<Row>({ ...asked, sql: writing.keeping });
      if (answer === null || hasLostDigits(answer)) return await this.#readWhole<Row>(statement.name, asked);
      // The edge: what a row looks like is said by the statement, and the caller knows the statement.
      return rowsOf(answer, statement.name) as Row[];
    } catch (error) {
      throw dataApiError(error, statement.name);
    }
  };

  /** Each statement is a call, of 45 s at most; all are one transaction. */
  script = async (text: string): Promise<void> => {
    try {
      await this.#inTransaction(async (send) => {
        for (const sql of statementsOf(text)) await send({ sql });
      });
    } catch (error) {
      throw dataApiError(error, 'script');
    }
  };

  close = async (): Promise<void> => {
    if (!this.#isClosed) this.#options.transport.close();
    this.#isClosed = true;
  };

  async #readWhole<Row>(name: string, asked: { readonly sql: string; readonly parameters: unknown }): Promise<Row[]> {
    for (const count of pieceCounts) {
      try {
        return await this.#inTransaction(async (send) => {
          await send({ sql: readOnly });
          const read = (from: number) => send({ ...asked, sql: piecesOf(documentsOf(asked.sql), count, from) });
          return await inPieces<Row>(count, read);
        });
      } catch (error) {
        if (isWriting(error)) break;
        if (!isTooLarge(error)) throw error;
      }
    }
    const what = 'the statement writes in a function, or an integer beyond 2^53, and cannot be read again';
    throw new DatabaseError('broken', what, '54000', name);
  }

  #writeWhole<Row>(asked: Input): Promise<Row[]> {
    return this.#inTransaction(async (send) => {
      await send({ sql: keptRows });
      await send(asked);
      return await inPieces<Row>(keptCount, (from) =>
        send({ sql: piecesOf('SELECT n, doc FROM kept_rows', keptCount, from) }),
      );
    });
  }

  async #inTransaction<Result>(work: (send: (input: Input) => Promise<DataApiAnswer>) => Promise<Result>) {
    const { transactionId } = await this.#call('BeginTransaction', {});
    const of = { resourceArn: this.#options.cluster, secretArn: this.#options.secret, transactionId };
    try {
      const result = await work((input) => this.#call('ExecuteStatement', { ...input, transactionId }));
      await this.#send('CommitTransaction', of);
      return result;
    } catch (error) {
      // The service has often done so already.
      await this.#send('RollbackTransaction', of).catch(() => {});
      throw error;
    }
  }

  #call = (operation: DataApiOperation, input: Input) => this.#send(operation, { ...this.#target, ...input });

  async #send(operation: DataApiOperation, input: Input): Promise<DataApiAnswer> {
    if (this.#isClosed) throw new DatabaseError('unavailable', 'the database is closed', '08003', operation);
    let waited = 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#options.transport.call(operation, input);
      } catch (error) {
        const why = pauseOf(error);
        if (why === null) throw error;
        const pause = this.#pauseOf(why, attempt);
        waited += pause;
        if (waited > this.#patienceOf(why)) throw error;
        await this.#options.clock.sleep(pause);
      }
    }
  }

  #pauseOf(why: NonNullable<Pause>, attempt: number): number {
    const { firstMilliseconds, lastMilliseconds } = pauses[why];
    const random = this.#options.random ?? Math.random;
    return Math.min(lastMilliseconds, firstMilliseconds * 2 ** attempt) * (1 - random() / 2);
  }

  #patienceOf = (why: NonNullable<Pause>) =>
    (why === 'resuming' ? (this.#options.resumeSeconds?.() ?? 60) : throttledSeconds) * 1000;
}

/** All rows, so many pieces at once. */
async function inPieces<Row>(count: number, read: (from: number) => Promise<DataApiAnswer>): Promise<Row[]> {
  const pieces = new Pieces();
  for (let from = 0; ; from += count) {
    if (pieces.add(await read(from)) < count) return pieces.rows<Row>();
  }
}
