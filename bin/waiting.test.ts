import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseError } from '../infra/database/failure.ts';
import { CommandError, exit } from './command.ts';
import { onceThere } from './waiting.ts';

const away = () => databaseError(Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' }), 'open');
const wrong = () => databaseError(new Error('SASL: no password was given'), 'open');

/** An opening that fails so often, and how often it was tried. */
function opening(failures: number, error: () => unknown) {
  const tried = { times: 0 };
  const open = async () => {
    tried.times += 1;
    if (tried.times <= failures) throw error();
    return 'open';
  };
  return { open, tried };
}

test('a database that comes later is waited for, and what is waited for is said once', async () => {
  const said: string[] = [];
  const { open, tried } = opening(2, away);
  assert.equal(await onceThere(60, { say: (line) => said.push(line) }, open), 'open');
  assert.equal(tried.times, 3);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /not there yet, waiting 60 s for it: connect refused/);
});

test('a database that never comes is said after the time, with its own error', async () => {
  const { open, tried } = opening(1000, away);
  await assert.rejects(onceThere(1, { say: () => {} }, open), /connect refused/);
  assert.ok(tried.times >= 2 && tried.times <= 4, `${tried.times} times`);
});

test('what waiting does not mend is not waited for', async () => {
  const { open, tried } = opening(1000, wrong);
  await assert.rejects(onceThere(60, { say: () => assert.fail('nothing to wait for') }, open), /SASL/);
  assert.equal(tried.times, 1);
});

test('an interrupt ends the waiting at once, with code 0', async () => {
  const stopping = new AbortController();
  const { open } = opening(1000, away);
  const waiting = onceThere(60, { say: () => stopping.abort(), signal: stopping.signal }, open);
  await assert.rejects(waiting, (error) => error instanceof CommandError && error.code === exit.ok);
});
