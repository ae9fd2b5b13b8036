import { type DatabaseFailure, refusedState } from './port.ts';

// By SQLSTATE. What is not named here is a statement that is wrong. 08 connection, 25006 read-only (a standby after a
// failover), 25P0x a transaction that was idle or took too long, 26 a plan that a pooler in front lost again after we
// had sent it again, 28/3D000 the door is shut to us, 40 rolled back, 53 out of resources, 55006/55P03/55P04 in use
// or locked, 57 cancelled or shutting down, 58 the machine's I/O, F0 the server's files, XX the server's own defects
// and damage: nothing that another statement would mend.
const unavailable = /^(08|26|28|40|53|57|58|F0|XX)|^(25006|25P0[34]|3D000|55006|55P0[34])$/;

/** What a SQLSTATE means to a caller. */
export function failureOf(state: string): DatabaseFailure {
  if (state === refusedState) return 'refused';
  if (state.startsWith('23')) return 'conflict';
  return unavailable.test(state) ? 'unavailable' : 'broken';
}
