// What a statement is refused for before it is first used, and what the compiler refuses of its callers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countQuota, volumeDeltas } from './quotas.ts';
import { asCte, fragment, fragmentOf, type ParametersOf, statement, statementOf } from './statement.ts';

const gone = fragment('gone', 'DELETE FROM volumes r WHERE r.id = :id::uuid RETURNING r.*');
const counted = countQuota(volumeDeltas('gone', -1));

test('a statement is its fragments in order and the query after them', () => {
  const { text, parameters } = statement('volumes.forget', [gone], 'SELECT g.id::text AS id, :n::int AS n FROM gone g');
  assert.equal(
    text,
    `WITH gone AS (
  DELETE FROM volumes r WHERE r.id = :id::uuid RETURNING r.*
)
SELECT g.id::text AS id, :n::int AS n FROM gone g`,
  );
  assert.deepEqual(parameters, { id: 'uuid', n: 'int' });
});

test('a quota that nothing reads would refuse nothing: the statement is never sent', () => {
  assert.throws(
    () => statement('volumes.forget', [gone, counted], 'SELECT g.id::text AS id FROM gone g').text,
    /^Error: volumes.forget: nothing reads over_limit, so it never refuses: WHERE \(SELECT count\(\*\) FROM over_limit\) = 0$/,
  );
  assert.ok(
    statement('volumes.forget', [gone, counted], 'SELECT 1 AS one WHERE (SELECT count(*) FROM over_limit) = 0').text,
  );
});

test('what a fragment reads has to be there before it', () => {
  assert.throws(
    () => statement('volumes.forget', [counted, gone], 'SELECT 1 AS one FROM over_limit').text,
    /^Error: volumes.forget: deltas: reads gone, which comes after it$/,
  );
  assert.throws(
    () => statement('volumes.forget', [gone], 'SELECT m.id::text AS id FROM moved m').text,
    /^Error: volumes.forget: reads moved, which is neither a fragment before it nor in schema\/tables.ts$/,
  );
  assert.throws(
    () => statement('volumes.forget', 'SELECT m.id::text AS id FROM volums m').text,
    /reads volums, which is neither/,
  );
});

test('a fragment that nothing reads never runs, and a name stands for one of them', () => {
  const seen = fragment('seen', 'SELECT g.id FROM gone g');
  assert.throws(
    () => statement('volumes.forget', [gone, seen], 'SELECT 1 AS one').text,
    /nothing reads seen, so it never runs/,
  );
  assert.throws(
    () => statement('volumes.forget', [gone, gone], 'SELECT 1 AS one').text,
    /two fragments are called gone/,
  );
});

test('the same holds of a statement that is written as one text', () => {
  assert.throws(
    () => statement('x', `WITH busy AS (SELECT refuse('busy') FROM volumes) UPDATE volumes SET name = 'x'`).text,
    /nothing reads busy, so it never refuses/,
  );
});

test('a parameter has one type', () => {
  assert.throws(() => statement('x', 'SELECT :id AS id').text, /^Error: x: the parameter :id has no type$/);
  assert.throws(() => statement('x', 'SELECT :n::int AS n, :n::text AS t').text, /the parameter :n is int and text/);
  assert.throws(
    () => statementOf('y', [fragmentOf('x', 'SELECT :n::int AS n', ':now::timestamptz')], 'SELECT n FROM x').text,
    /^Error: y: x: the parameter :n is not among those that are declared$/,
  );
  assert.throws(() => statementOf('x', [gone], 'SELECT 1 AS one', ':n::int').text, /the parameter :id is not among/);
});

test('the names in quotes and comments are no parameters and no tables', () => {
  const { parameters } = statement('x', `SELECT 'from here :a' AS t, :b::boolean AS b -- from there :c\nFROM pools`);
  assert.deepEqual(parameters, { b: 'boolean' });
});

test('the compiler reads the parameters off the text, through fragments and what they are made of', () => {
  const forget = statement('volumes.forget', [gone], 'SELECT :n::int AS n, :sure::boolean AS sure FROM gone');
  const right: ParametersOf<typeof forget> = { id: 'a', n: 1, sure: true };
  // @ts-expect-error a parameter is missing
  const missing: ParametersOf<typeof forget> = { id: 'a', n: 1 };
  // @ts-expect-error a number is wanted
  const wrong: ParametersOf<typeof forget> = { id: 'a', n: '1', sure: true };
  // @ts-expect-error the statement has no such parameter
  const more: ParametersOf<typeof forget> = { id: 'a', n: 1, sure: true, so: 1 };
  // @ts-expect-error a text that is made when it runs says nothing of its parameters
  statement('x', String('SELECT 1 AS one'));
  assert.deepEqual(Object.keys(right), Object.keys(forget.parameters));
  assert.ok(missing && wrong && more);
});

test('a statement becomes the last CTE of a list, with its own before it, whatever comments say', () => {
  assert.equal(asCte('SELECT 1 AS one', 'a'), 'WITH a AS (\nSELECT 1 AS one\n)');
  assert.equal(asCte('/* with */ DELETE FROM t', 'a'), '/* with */ WITH a AS (\nDELETE FROM t\n)');
  const listed = "WITH b AS (SELECT 'WITH (' AS t) -- select\nSELECT t FROM b";
  assert.equal(asCte(listed, 'a'), "WITH b AS (SELECT 'WITH (' AS t) -- select\n\n, a AS (\nSELECT t FROM b\n)");
});
