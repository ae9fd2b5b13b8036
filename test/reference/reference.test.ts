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
    'no operation has these names: take their rows out of test/rbac/golden.ts',
  );
  assert.deepEqual(
    names.filter((name) => !listed.includes(name)),
    [],
    'write a row for each of these in test/rbac/golden.ts: in `golden` with its number in test/reference/operations.txt, or in `ours`',
  );
  assert.deepEqual(
    Object.keys(deviations).filter((name) => !names.includes(name)),
    [],
    'no operation has these names: take them out of `deviations` in test/rbac/golden.ts',
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
      `${operation.name} is not as row ${row.number} of test/reference/operations.txt: where it is on purpose, say why in \`deviations\` of test/rbac/golden.ts`,
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

test('every row of the reference has its operation', () => {
  const cited = new Set(Object.values(golden));
  assert.deepEqual(
    referenceRows.filter((row) => !cited.has(row.number)),
    [],
    'no row of test/rbac/golden.ts has these numbers',
  );
});

const words = { reader: 'projectReader', member: 'projectMember', admin: 'admin' } as const;

test("every rule of the reference is declared with Cinder's default", () => {
  const missing: string[] = [];
  for (const [rule, role] of referenceRules) {
    if (declaredRules[rule] === undefined) missing.push(rule);
    if (declaredRules[rule] !== undefined) {
      assert.equal(declaredRules[rule], words[role as keyof typeof words], rule); // the three that the first test allows
    }
  }
  assert.deepEqual(missing, [], "declare these in their resource's policy.ts");
});
