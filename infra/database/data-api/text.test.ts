import assert from 'node:assert/strict';
import { test } from 'node:test';
import { portable, statementsOf } from './text.ts';

const kept = [
  'SELECT :id::uuid, a::text, b[1:2]',
  "SELECT 'plain', ':1', '12:30:00'",
  'SELECT "odd:name"',
  'SELECT 1 -- no mark',
  "INSERT INTO t VALUES ('it''s', $$ body; $$)",
];
for (const text of kept) {
  test(`${JSON.stringify(text)} is sent as it is`, () => assert.equal(portable(text).text, text));
}

const escaped: readonly (readonly [string, string])[] = [
  ["SELECT 'a:b'", "SELECT E'a\\x3Ab'"],
  ["SELECT 'it''s :x \\'", "SELECT E'it''s \\x3Ax \\\\'"],
  ["SELECT E'\\n:x'", "SELECT E'\\n\\x3Ax'"],
  ["SELECT $q$ it's :x $q$", "SELECT E' it''s \\x3Ax '"],
  ["SELECT '$.* ? (@ == 1)'", "SELECT E'$.* \\x3F (@ == 1)'"],
  ['SELECT 1 /* :x */ + 1', 'SELECT 1   + 1'],
  ['SELECT 1 -- why?\n+ 1', 'SELECT 1  \n+ 1'],
];
for (const [text, sent] of escaped) {
  test(`${JSON.stringify(text)} has no mark that could be taken for a parameter`, () => {
    assert.deepEqual(portable(text), { text: sent, names: [], writing: null });
  });
}

test('parameters are named once each, in their order', () => {
  assert.deepEqual(portable("SELECT :b::int, :a::text, :b::int, ':c'").names, ['b', 'a']);
});

test('a script is split at its semicolons, and not at those of bodies, quotes, identifiers and comments', () => {
  const script = `-- first; of all
CREATE TABLE a (t text DEFAULT ';', "odd;name" int); /* between; /* nested; */ */
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$
BEGIN
  x := 1; PERFORM g(E'\\';', $$;$$);
END $body$;;

INSERT INTO a VALUES ('it''s; fine')
`;
  const statements = statementsOf(script);
  assert.equal(statements.length, 3);
  assert.match(statements[0] ?? '', /^CREATE TABLE a .*"odd;name" int\)$/s);
  assert.match(statements[1] ?? '', /^CREATE FUNCTION f\(\).*END \$body\$$/s);
  assert.equal(statements[2], "INSERT INTO a VALUES ('it''s; fine')");
  assert.deepEqual(statementsOf(' ;; -- nothing\n'), []);
});
