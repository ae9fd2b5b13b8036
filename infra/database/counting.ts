import type { Database, Parameters, Statement } from './port.ts';

export interface CountingDatabase extends Database {
  /** The names of the statements sent since the last take(), in the order they were sent. */
  readonly statements: readonly string[];
  /** Reads the names and begins again with none. */
  take(): string[];
}

/** The same database, which also remembers the name of each statement sent: for tests of round-trip budgets. */
export function countingDatabase(inner: Database): CountingDatabase {
  let statements: string[] = [];
  return {
    get statements() {
      return statements;
    },
    take() {
      const taken = statements;
      statements = [];
      return taken;
    },
    all<Row>(statement: Statement, parameters?: Parameters): Promise<Row[]> {
      statements.push(statement.name);
      return inner.all<Row>(statement, parameters);
    },
    close: () => inner.close(),
  };
}
