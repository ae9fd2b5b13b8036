import pg from 'pg';
import { DatabaseError, refusedState } from './port.ts';
import { failureOf } from './sql-state.ts';

/** The SQLSTATE of failures that no server named: the connection went, or was never there. */
const connectionFailure = '08006';

/** Of the way to the server, by Node's code: it does not run yet, has no name yet, or its machine is not up. */
const absences = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'],
]);

/**
 * True when the database may be there in a moment: it starts up, is not reachable yet, is full of connections, or
 * nobody has made it. A wrong password or certificate stays wrong however long one waits.
 */
export function isNotThereYet(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || error.failure !== 'unavailable') return false;
  if (!(error.cause instanceof Error) || error.cause instanceof pg.DatabaseError) {
    return /^(08|53|57P|58)|^(25006|3D000)$/.test(error.sqlState);
  }
  const code = 'code' in error.cause ? String(error.cause.code) : '';
  return absences.has(code) || /timeout|terminated/i.test(error.cause.message);
}

/** Any error of an executor as the port's own: the only error that leaves an adapter. */
export function databaseError(error: unknown, statement: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (error instanceof pg.DatabaseError) return fromServer(error, statement);
  // A wrong call of ours shows as TypeError; everything else that is not the server's word is the way to it.
  if (error instanceof TypeError)
    return new DatabaseError('broken', error.message, 'XX000', statement, { cause: error });
  const message = error instanceof Error ? error.message || codeOf(error) : String(error);
  return new DatabaseError('unavailable', message, connectionFailure, statement, { cause: error });
}

/** True when a prepared plan went stale before it ran (26000, or a schema change under it): sending again is safe. */
export function isStalePlan(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return error.code === '26000' || (error.code === '0A000' && error.message.includes('cached plan'));
}

function fromServer(error: pg.DatabaseError, statement: string): DatabaseError {
  const state = error.code ?? 'XX000';
  return new DatabaseError(failureOf(state), reasonOf(error, state), state, statement, { cause: error });
}

/** A name with several addresses fails with no words of its own. */
const codeOf = (error: Error) => ('code' in error ? String(error.code) : error.name);

function reasonOf(error: pg.DatabaseError, state: string): string {
  // A not-null violation (23502) has no constraint name: its column says as much.
  if (state.startsWith('23')) return error.constraint ?? error.column ?? error.message;
  if (state === refusedState || !error.detail) return error.message;
  return `${error.message} (${error.detail})`;
}
