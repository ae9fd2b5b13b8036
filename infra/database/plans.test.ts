import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from './named.ts';
import { planNames } from './plans.ts';
import { sql } from './port.ts';

test('a list that is asked in hundreds of ways takes no plan from another statement', () => {
  const nameOf = planNames();
  const plan = (name: string, text: string) => {
    const statement = sql(name, text);
    return nameOf(statement, compile(statement));
  };
  const first = plan('volumes.list', 'SELECT 0');
  for (let n = 0; n < 1000; n += 1) plan('volumes.list', `SELECT ${n}`);
  assert.equal(plan('volumes.list', 'SELECT 999'), undefined, 'runs unnamed');
  assert.equal(plan('volumes.list', 'SELECT 0'), first, 'what has a plan keeps it');
  const names = Array.from({ length: 400 }, (_, n) => plan(`statement.${n}`, `SELECT ${n}, 1`));
  assert.equal(new Set(names).size, 400);
  assert.ok(names.every((name) => name !== undefined && name.length <= 63));
});

test('a text has one name, and none where it is planned each time', () => {
  const nameOf = planNames(3);
  const statement = sql('a b', 'SELECT 1');
  assert.match(nameOf(statement, compile(statement)) ?? '', /^a_b_3_[0-9a-f]{16}$/);
  assert.equal(nameOf({ ...statement, plansEach: true }, compile(statement)), undefined);
});
