import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile, valuesFor } from './named.ts';
import { DatabaseError, sql } from './port.ts';

const compiled = (text: string) => compile(sql('test', text));

test('a parameter becomes $n and keeps its type as a cast', () => {
  assert.deepEqual(compiled('select :id::uuid, :size::int'), {
    text: 'select $1::uuid, $2::int',
    names: ['id', 'size'],
  });
});

test('a parameter used twice is one $n', () => {
  const { text, names } = compiled('select :a::int + :b::int + :a::int');
  assert.equal(text, 'select $1::int + $2::int + $1::int');
  assert.deepEqual(names, ['a', 'b']);
});

const untouched = [
  "select 'it''s :x'",
  "select 'a\\', x::text, ':y'",
  "select E'it\\'s :x', e':y'",
  'select "a"":x" from t',
  'select 1::text::int',
  'select 1 -- it is :x\n',
  'select 1 /* :a /* :b */ :c */',
  "select $$ :x $$, $tag$ :x $$ ' $tag$",
  'do $body$ begin v := 1; end $body$',
  "select name':x'",
  'select a[1:2]',
  "select '12:30:45'::time, timestamp '2026-01-01T10:00:00Z'",
];
for (const text of untouched) {
  test(`nothing in ${JSON.stringify(text)} is taken for a parameter`, () => {
    assert.deepEqual(compiled(text), { text, names: [] });
  });
}

test('parameters beside hostile text are still found', () => {
  const { text } = compiled(
    `select 'it''s :x', :a::text, "q"":b", :c::int /* ' */ , :d::text -- "\n, :e::text, E'\\'' || :f::text`,
  );
  assert.equal(
    text,
    `select 'it''s :x', $1::text, "q"":b", $2::int /* ' */ , $3::text -- "\n, $4::text, E'\\'' || $5::text`,
  );
});

test('a parameter without a value is refused as broken, even one named like a method of objects', () => {
  const statement = sql('volumes.show', 'select :toString::text');
  const missing = () => valuesFor(statement, compile(statement), {});
  assert.throws(
    missing,
    (error) => error instanceof DatabaseError && error.failure === 'broken' && /:toString/.test(error.reason),
  );
});

test('the same text compiles once', () => {
  assert.equal(compiled('select :a::int'), compiled('select :a::int'));
});
