// Our operations and rules against the API reference, row by row.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredRules } from '../../functions/every-service.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { operations } from '../harness/samples.ts';
import { deviations, golden, ours, rowOf } from '../rbac/golden.ts';
import { referenceRows, referenceRules } from './rows.ts';

test('the reference has 210 operations and 161 rules, and every rule that an operation names', () => {
  assert.deepEqual(
    referenceRows.map((row) => row.number),
    Array.from({ length: 210 }, (_, index) => index + 1),
  );
  assert.equal(referenceRules.size, 161);
  assert.deepEqual([...new Set(referenceRules.values())].sort(), ['admin', 'member', 'reader']);
  const named = referenceRows.flatMap((row) => [...row.rules, ...row.furtherRules]);
  assert.deepEqual(
    named.filter((rule) => !referenceRules.has(rule)),
    [],
  );
});

test('every operation cites its row of the reference, or is listed as one of ours', () => {
  const names = operations.map((one) => one.name);
  assert.equal(new Set(names).size, names.length);
  const listed = [...Object.keys(golden), ...Object.keys(ours)];
  assert.deepEqual(
    listed.filter((name) => !names.includes(name)),
    [],
    'in a table only',
  );
  assert.deepEqual(
    names.filter((name) => !listed.includes(name)),
    [],
    'write a row in test/rbac/golden.ts',
  );
  assert.deepEqual(
    Object.keys(deviations).filter((name) => !names.includes(name)),
    [],
  );
});

/** Names in a path are ours; what they stand at is the reference's. */
const shapeOf = (path: string) => path.replace(/\{\w+\}/g, '{}');

/** What the reference says too, in its words. */
const factsOf = (one: Operation) => ({
  method: one.method,
  path: shapeOf(one.path),
  action: one.action ?? null,
  success: one.success,
  since: one.since ?? null,
  rules: one.policy,
});

test('method, path, action, success, microversion and rules of every operation are those of its row', () => {
  for (const operation of operations) {
    const row = rowOf(operation.name);
    if (row === undefined) continue;
    const { method, path, action, success, since, rules } = row;
    assert.deepEqual(
      factsOf(operation),
      { method, path: shapeOf(path), action, success, since, rules },
      `${operation.name}, row ${row.number}`,
    );
  }
});

test('a deviation differs from the reference, and says why', () => {
  for (const [name, { because, ...differs }] of Object.entries(deviations)) {
    const row = referenceRows[(golden[name] ?? 0) - 1];
    assert.ok(row !== undefined && because.length > 20, name);
    for (const [key, value] of Object.entries(differs)) {
      assert.notDeepEqual(Object.entries(row).find(([one]) => one === key)?.[1], value, `${name} ${key}`);
    }
  }
});

/** Rows without an operation yet, with what they wait for. */
const notYet: Readonly<Record<number, string>> = {
  20: 'growing an attached volume in two steps',
  30: 'manage and unmanage',
  53: 'manage and unmanage',
  ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [188 + index, 'manage and unmanage'])),
};

test('every row of the reference has its operation', () => {
  const cited = new Set(Object.values(golden));
  assert.deepEqual(
    referenceRows.filter((row) => !cited.has(row.number) && notYet[row.number] === undefined),
    [],
  );
});

const words = { reader: 'projectReader', member: 'projectMember', admin: 'admin' } as const;

/** Rules of what is not there yet. */
const notYetRules = /_manage$|_unmanage$|:list_manageable$|extend_volume_completion$/;

test("every rule of the reference is declared with Cinder's default", () => {
  const missing: string[] = [];
  for (const [rule, role] of referenceRules) {
    if (declaredRules[rule] === undefined && !notYetRules.test(rule)) missing.push(rule);
    if (declaredRules[rule] !== undefined) {
      assert.equal(declaredRules[rule], words[role as keyof typeof words], rule); // the three that the first test allows
    }
  }
  assert.deepEqual(missing, []);
});
