// A database where everything can be undone: each request finds the world as it was made, without making it anew.
import { readMigrations } from '../../infra/database/migrations.ts';
import { pgliteDatabase } from '../../infra/database/pglite.ts';
import { type Database, DatabaseError, type Parameters, type Statement, sql } from '../../infra/database/port.ts';
import { databaseTemplate } from '../../infra/database/template.ts';

export interface UndoneDatabase extends Database {
  /** Whether anything has been written since the last undo(), be it in vain. */
  isWritten(): Promise<boolean>;
  /** Takes back what was done since the last undo(). */
  undo(): Promise<void>;
  /** Keeps what `run` does. */
  keep(run: () => Promise<void>): Promise<void>;
}

const begin = sql('undone.begin', 'BEGIN');
const rollback = sql('undone.rollback', 'ROLLBACK');
const savepoint = sql('undone.savepoint', 'SAVEPOINT s');
const back = sql('undone.back', 'ROLLBACK TO SAVEPOINT s');
const written = sql('undone.written', 'SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS is_written');

/**
 * The database of one session, whose statements run in a transaction that never ends well. Each still happens whole
 * or not at all: one that fails is taken back alone, and those before it stay. One at a time, since they share a
 * transaction.
 */
export function undoneDatabase(inner: Database): UndoneDatabase {
  let count = 0;
  let keeps = false;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const next = last.then(run, run);
    last = next.catch(() => {});
    return next;
  }

  async function one<Row>(statement: Statement, parameters?: Parameters): Promise<Row[]> {
    if (keeps) return inner.all<Row>(statement, parameters);
    // Before the first there is nothing that could be lost with it.
    await inner.all(count === 0 ? begin : savepoint);
    try {
      const rows = await inner.all<Row>(statement, parameters);
      count += 1;
      return rows;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      await inner.all(count === 0 ? rollback : back);
      throw error;
    }
  }

  const undo = async () => {
    if (count > 0) await inner.all(rollback);
    count = 0;
  };
  return {
    all: (statement, parameters) => inTurn(() => one(statement, parameters)),
    isWritten: () =>
      inTurn(async () => {
        if (count === 0) return false;
        const [row] = await inner.all<{ is_written: boolean }>(written);
        return row?.is_written === true;
      }),
    undo: () => inTurn(undo),
    async keep(run) {
      await inTurn(undo);
      keeps = true;
      await run().finally(() => {
        keeps = false;
      });
    },
    close: () => inner.close(),
  };
}

/** A fresh database of ours, embedded whatever TEST_DATABASE_URL says: of one session. */
export async function freshUndoneDatabase(): Promise<UndoneDatabase> {
  return undoneDatabase(await pgliteDatabase({ memory: true, template: await databaseTemplate(readMigrations()) }));
}
