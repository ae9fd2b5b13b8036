import pg from 'pg';
import { DatabaseError, type DatabaseFailure, refusedState } from './port.ts';

// By SQLSTATE, the longest match first. What is not named here is a statement that is wrong.
// 08 connection, 25006 read-only (a standby after a failover), 28/3D000 the door is shut to us, 40 rolled back,
// 53 out of resources, 55P03 lock, 57014 cancelled by its timeout, 57P0x shutting down, 58 the machine's I/O.
const unavailable = /^(08|28|40|53|58)|^(25006|3D000|55P03|57014|57P0.)$/;

/** The SQLSTATE of failures that no server named: the connection went, or was never there. */
const connectionFailure = '08006';

/** Any error of an executor as the port's own: the only error that leaves an adapter. */
export function databaseError(error: unknown, statement: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (error instanceof pg.DatabaseError) return fromServer(error, statement);
  // A wrong call of ours shows as TypeError; everything else that is not the server's word is the way to it.
  if (error instanceof TypeError)
    return new DatabaseError('broken', error.message, 'XX000', statement, { cause: error });
  const message = error instanceof Error ? error.message || error.name : String(error);
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

function failureOf(state: string): DatabaseFailure {
  if (state === refusedState) return 'refused';
  if (state.startsWith('23')) return 'conflict';
  return unavailable.test(state) ? 'unavailable' : 'broken';
}

function reasonOf(error: pg.DatabaseError, state: string): string {
  // A not-null violation (23502) has no constraint name: its column says as much.
  if (state.startsWith('23')) return error.constraint ?? error.column ?? error.message;
  if (state === refusedState || !error.detail) return error.message;
  return `${error.message} (${error.detail})`;
}
