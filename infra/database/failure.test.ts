import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { databaseError, isNotThereYet } from './failure.ts';
import type { DatabaseFailure } from './port.ts';

function fromServer(state: string) {
  const error = new pg.DatabaseError('said by the server', 1, 'error');
  error.code = state;
  return databaseError(error, 'test');
}

const fromNode = (code: string) => databaseError(Object.assign(new Error(`connect ${code}`), { code }), 'test');

/** Every class of SQLSTATE (appendix A of PostgreSQL's manual), and each code of a class that is divided. */
const failures: Readonly<Record<string, DatabaseFailure>> = {
  '03000': 'broken',
  '08000': 'unavailable',
  '08001': 'unavailable',
  '08003': 'unavailable',
  '08004': 'unavailable',
  '08006': 'unavailable',
  '08007': 'unavailable',
  '08P01': 'unavailable',
  '09000': 'broken',
  '0A000': 'broken',
  '0B000': 'broken',
  '0F000': 'broken',
  '0L000': 'broken',
  '0P000': 'broken',
  '0Z000': 'broken',
  '20000': 'broken',
  '21000': 'broken',
  '22012': 'broken',
  '22P02': 'broken',
  '23502': 'conflict',
  '23503': 'conflict',
  '23505': 'conflict',
  '23514': 'conflict',
  '23P01': 'conflict',
  '24000': 'broken',
  '25000': 'broken',
  '25006': 'unavailable',
  '25P02': 'broken',
  '25P03': 'unavailable',
  '25P04': 'unavailable',
  '26000': 'unavailable',
  '27000': 'broken',
  '28000': 'unavailable',
  '28P01': 'unavailable',
  '2B000': 'broken',
  '2D000': 'broken',
  '2F000': 'broken',
  '34000': 'broken',
  '38000': 'broken',
  '39000': 'broken',
  '3B000': 'broken',
  '3D000': 'unavailable',
  '3F000': 'broken',
  '40000': 'unavailable',
  '40001': 'unavailable',
  '40002': 'unavailable',
  '40003': 'unavailable',
  '40P01': 'unavailable',
  '42601': 'broken',
  '42703': 'broken',
  '42P01': 'broken',
  '44000': 'broken',
  '53000': 'unavailable',
  '53100': 'unavailable',
  '53200': 'unavailable',
  '53300': 'unavailable',
  '53400': 'unavailable',
  '54001': 'broken',
  '55000': 'broken',
  '55006': 'unavailable',
  '55P02': 'broken',
  '55P03': 'unavailable',
  '55P04': 'unavailable',
  '57000': 'unavailable',
  '57014': 'unavailable',
  '57P01': 'unavailable',
  '57P02': 'unavailable',
  '57P03': 'unavailable',
  '57P04': 'unavailable',
  '57P05': 'unavailable',
  '58000': 'unavailable',
  '58030': 'unavailable',
  '58P01': 'unavailable',
  '58P02': 'unavailable',
  F0000: 'unavailable',
  F0001: 'unavailable',
  HV000: 'broken',
  P0001: 'broken',
  XX000: 'unavailable',
  XX001: 'unavailable',
  XX002: 'unavailable',
  SC001: 'refused',
};

for (const [state, failure] of Object.entries(failures)) {
  test(`SQLSTATE ${state} of a server reads as ${failure}`, () => {
    assert.equal(fromServer(state).failure, failure);
    assert.equal(fromServer(state).sqlState, state);
  });
}

test('whatever ends a connection reads as unavailable, with words', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH']) {
    assert.equal(fromNode(code).failure, 'unavailable', code);
  }
  const words = ['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Query read timeout'];
  for (const word of words) assert.equal(databaseError(new Error(word), 'test').failure, 'unavailable', word);
  const several = databaseError(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'test');
  assert.equal(several.reason, 'ECONNREFUSED');
});

test('a database is worth waiting for when it starts up, is not reachable or not made yet; a wrong password is not', () => {
  for (const state of ['57P03', '57P01', '53300', '3D000', '08006']) assert.ok(isNotThereYet(fromServer(state)), state);
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT'])
    assert.ok(isNotThereYet(fromNode(code)), code);
  for (const state of ['28P01', '28000', '42601', '23505']) assert.ok(!isNotThereYet(fromServer(state)), state);
  for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED'])
    assert.ok(!isNotThereYet(fromNode(code)), code);
  assert.ok(!isNotThereYet(databaseError(new Error('The server does not support SSL connections'), 'test')));
  assert.ok(!isNotThereYet(new Error('something else')));
});
