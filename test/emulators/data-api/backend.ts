// The PostgreSQL behind the emulator: a real one by its URL, or an embedded one, whose one session everybody takes in
// turn.
import pg, { type QueryArrayResult } from 'pg';
import { openSession } from '../../../infra/database/pglite-session.ts';
import { ApiError } from './errors.ts';
import type { Prepared } from './statement.ts';

export type Result = QueryArrayResult<(string | null)[]>;

export interface Session {
  query(statement: Prepared): Promise<Result>;
  /** `lost`: nobody shall get this session again. */
  release(lost?: boolean): void;
}

export interface Backend {
  session(): Promise<Session>;
  close(): Promise<void>;
}

export type BackendOptions = { readonly url: string } | { readonly template?: string; readonly directory?: string };

// Everything as PostgreSQL writes it: what it becomes is for results.ts.
const types = { getTypeParser: () => (text: string) => text };

// As one statement, with values or without: the other protocol takes several.
const asking = ({ text, values }: Prepared) => ({
  ...{ text, values: [...values], types, queryMode: 'extended' },
  rowMode: 'array' as const,
});

export function openBackend(options: BackendOptions, statementMilliseconds: number): Promise<Backend> {
  return 'url' in options
    ? Promise.resolve(serverBackend(options.url, statementMilliseconds))
    : embeddedBackend(options, statementMilliseconds);
}

function serverBackend(url: string, statementMilliseconds: number): Backend {
  const pool = new pg.Pool({
    connectionString: url,
    max: 20,
    options: '-c TimeZone=UTC -c jit=off',
    statement_timeout: statementMilliseconds,
    application_name: 'data-api-emulator',
  });
  pool.on('error', () => {});
  return {
    async session() {
      const client = await pool.connect();
      const ignore = () => {};
      client.on('error', ignore);
      return {
        query: (statement) => client.query(asking(statement)),
        release(lost = false) {
          client.off('error', ignore);
          client.release(lost);
        },
      };
    },
    close: () => pool.end(),
  };
}

async function embeddedBackend(
  { template, directory }: { readonly template?: string; readonly directory?: string },
  statementMilliseconds: number,
): Promise<Backend> {
  const { client, end } = await openSession({ template, directory }, () => {});
  let last: Promise<unknown> = Promise.resolve();
  return {
    async session() {
      const before = last;
      let release: () => void = () => {};
      last = new Promise<void>((resolve) => {
        release = resolve;
      });
      await before;
      return { query: (statement) => within(client.query(asking(statement)), statementMilliseconds), release };
    },
    close: end,
  };
}

/** It cannot be cancelled there: who waited is told, and it goes on. */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiError('StatementTimeoutException', 400, 'Request timed out')), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
