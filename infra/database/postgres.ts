import pg from 'pg';
import { columnTypes } from './columns.ts';
import { databaseError, isStalePlan } from './failure.ts';
import { compile, valuesFor } from './named.ts';
import { planNames } from './plans.ts';
import { DatabaseError, type Migratable, type Parameters, type Statement } from './port.ts';
import { runPrepared } from './prepared-query.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/name?sslmode=…`, or a unix socket: `postgres:///name?host=/run/postgresql`. */
  readonly url: string;
  /** Connections at most. Default 10; more than twice the server's cores gains nothing. */
  readonly connections?: number;
  /**
   * The server cancels a statement after this; the client gives up 5 s later, in case the server is gone. Default 45.
   */
  readonly statementSeconds?: number;
  /** To get a connection, whether by connecting or by waiting for one to be free. Default 10. */
  readonly connectSeconds?: number;
}

// jit: our statements take milliseconds; compiling one with many branches takes a second, and on a database that nobody
// has analysed PostgreSQL thinks that it pays (300 creates took 38 s instead of 2.5).
const needs = '-c TimeZone=UTC -c jit=off';

/** The URL, whose own `options` are kept with what we need after them: pg lets a URL's replace those of the program. */
function withNeeds(url: string): string {
  const given = URL.canParse(url) ? new URL(url) : null;
  const own = given?.searchParams.get('options') ?? null;
  if (given === null || own === null) return url;
  given.searchParams.set('options', `${own} ${needs}`);
  // Not as `+`, which is a space in forms only.
  return given.href.replaceAll('+', '%20');
}

type Release = (destroy: boolean) => void;

/**
 * Any PostgreSQL from version 15, over a pool of connections, each statement prepared once a connection.
 *
 * Retries once only when a prepared plan went stale, because then the statement surely did not run. A connection
 * that dies under a statement is not retried: whether the statement ran is not known, and `unavailable` says so.
 */
export function postgresDatabase(options: PostgresOptions): Migratable {
  const { all, script, close } = new PostgresPool(options);
  return { all, script, close };
}

class PostgresPool {
  readonly #pool: pg.Pool;
  readonly #statementMilliseconds: number;
  readonly #planName = planNames();
  #closed: Promise<void> | undefined;

  constructor(options: PostgresOptions) {
    this.#statementMilliseconds = (options.statementSeconds ?? 45) * 1000;
    this.#pool = new pg.Pool({
      connectionString: withNeeds(options.url),
      max: options.connections ?? 10,
      connectionTimeoutMillis: (options.connectSeconds ?? 10) * 1000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      application_name: 'scoria',
      options: needs,
      statement_timeout: this.#statementMilliseconds,
      types: columnTypes,
    });
    // The pool has dropped the connection already; without a listener the event would end the process.
    this.#pool.on('error', () => {});
  }

  all = async <Row>(statement: Statement, parameters: Parameters = {}): Promise<Row[]> => {
    const compiled = compile(statement);
    const values = valuesFor(statement, compiled, parameters);
    const name = this.#planName(statement, compiled);
    const query = { text: compiled.text, values, query_timeout: this.#statementMilliseconds + 5000 };
    // The edge: what a row looks like is said by the statement, and the caller knows the statement.
    const run = async (client: pg.PoolClient) =>
      name === undefined ? ((await client.query(query)).rows as Row[]) : runPrepared<Row>(client, { ...query, name });
    try {
      return await this.#with(run).catch((error) => {
        if (isStalePlan(error)) return this.#with(run);
        throw error;
      });
    } catch (error) {
      throw databaseError(error, statement.name);
    }
  };

  /** A script has no time limit of its own: a migration may rewrite a table. */
  script = async (text: string): Promise<void> => {
    try {
      await this.#with(async (client) => {
        await client.query('set statement_timeout = 0');
        try {
          await client.query(text);
        } finally {
          await client.query('reset statement_timeout');
        }
      });
    } catch (error) {
      throw databaseError(error, 'script');
    }
  };

  close = (): Promise<void> => {
    this.#closed ??= this.#pool.end();
    return this.#closed;
  };

  async #with<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new DatabaseError('unavailable', 'the database is closed', '08003', 'connect');
    const client = await this.#pool.connect();
    // The pool listens only while the connection idles: an error between two of our calls must not end the process.
    const ignore = () => {};
    client.on('error', ignore);
    const release: Release = (destroy) => {
      client.off('error', ignore);
      client.release(destroy);
    };
    try {
      const result = await work(client);
      release(false);
      return result;
    } catch (error) {
      // pool.query() would drop the connection after any error. A refusal or a conflict is everyday: keep it.
      release(isStalePlan(error) || databaseError(error, '').failure === 'unavailable');
      throw error;
    }
  }
}
