import type { Database, Parameters, Statement } from './port.ts';

export interface CountingDatabase extends Database {
  /** The names of the statements sent since the last take(), in the order they were sent. */
  readonly statements: readonly string[];
  /** How many statements have not been answered yet. */
  readonly underWay: number;
  /** Reads the names and begins again with none. */
  take(): string[];
}

/** The same database, which also remembers the name of each statement sent: for tests of round-trip budgets. */
export function countingDatabase(inner: Database): CountingDatabase {
  let statements: string[] = [];
  let underWay = 0;
  return {
    get statements() {
      return statements;
    },
    get underWay() {
      return underWay;
    },
    take() {
      const taken = statements;
      statements = [];
      return taken;
    },
    all<Row>(statement: Statement, parameters?: Parameters): Promise<Row[]> {
      statements.push(statement.name);
      underWay += 1;
      return inner.all<Row>(statement, parameters).finally(() => {
        underWay -= 1;
      });
    },
    close: () => inner.close(),
  };
}
