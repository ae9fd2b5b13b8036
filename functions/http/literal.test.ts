import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseLiteral } from './literal.ts';

test('whatever JSON writes down is read as JSON means it', () => {
  const key = fc.string({ unit: 'binary', maxLength: 6 }).filter((one) => one.isWellFormed() && one !== '__proto__');
  const leaf = fc.oneof(
    key,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), fc.dictionary(key, leaf, { maxKeys: 4 }));
  const escaped = (text: string) =>
    text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  fc.assert(
    fc.property(value, (one) => {
      const text = JSON.stringify(one);
      assert.deepEqual(parseLiteral(text), JSON.parse(text), text);
      assert.deepEqual(parseLiteral(escaped(text)), JSON.parse(text), escaped(text));
    }),
    { numRuns: 1000, seed: 20261130 },
  );
});

test('every escape of Python and of JSON is the sign that it stands for', () => {
  const table: readonly (readonly [text: string, value: string])[] = [
    [String.raw`"caf\u00e9"`, 'café'],
    [String.raw`'caf\u00E9'`, 'café'],
    [String.raw`'caf\xe9'`, 'café'],
    [String.raw`'caf\351'`, 'café'],
    [String.raw`'caf\U000000e9'`, 'café'],
    [String.raw`u'caf\u00e9'`, 'café'],
    [String.raw`'\U0001f600'`, '😀'],
    [String.raw`"\ud83d\ude00"`, '😀'],
    [String.raw`'\0\x00'`, '\0\0'],
    [String.raw`'\1012'`, 'A2'],
    [String.raw`'\8'`, '\\8'],
    [String.raw`"\"\\\/\b\f\n\r\t"`, '"\\/\b\f\n\r\t'],
    [String.raw`'\'\"\a\v'`, '\'"\x07\v'],
    [String.raw`'\q\.'`, '\\q\\.'],
    ["'a\\\nb'", 'ab'],
    [String.raw`r'\u00e9\n'`, '\\u00e9\\n'],
    [String.raw`R"\'"`, "\\'"],
    ["'a' 'b'\"c\"", 'abc'],
    ["'''it's'''", "it's"],
    ['"""a"b"""', 'a"b'],
    ["''", ''],
    ["('a')", 'a'],
  ];
  for (const [text, value] of table) assert.equal(parseLiteral(text), value, text);
});

test('lists, tuples, maps and numbers are read as Python does', () => {
  const table: readonly (readonly [text: string, value: unknown])[] = [
    ["['a', 'b',]", ['a', 'b']],
    ["('a',)", ['a']],
    ["('a', 'b')", ['a', 'b']],
    ['()', []],
    ['{}', {}],
    [' { \'a\' : 1 , "b" : None } ', { a: 1, b: null }],
    ["{1: 'x', None: 2}", { 1: 'x', null: 2 }],
    ["{'__proto__': 1}", Object.fromEntries([['__proto__', 1]])],
    ['[True, False, None, true, false, null]', [true, false, null, true, false, null]],
    ['[1, -2, +3, 1.5, .5, 1., 1e3, 0x1F, 1_000]', [1, -2, 3, 1.5, 0.5, 1, 1000, 31, 1000]],
  ];
  for (const [text, value] of table) assert.deepEqual(parseLiteral(text), value, text);
});

test('what is cut short, is no character or is no literal is none', () => {
  const none = ['', 'a', 'team', "'a", '"a\'', "{'a'}", "{'a': }", '[1', '[,]', "'a'b", "{[1]: 2}", String.raw`'\x4'`, String.raw`'\u12'`, String.raw`'\U0011ffff'`, String.raw`'\ud800'`, String.raw`'\N{BULLET}'`, "'a\\", 'toString', '1e999', '--1', '['.repeat(50)]; // biome-ignore format: a list
  for (const text of none) assert.equal(parseLiteral(text), undefined, text);
});

test('a long text is read in time with its length', () => {
  const began = performance.now();
  for (const text of [
    `[${'1,'.repeat(10_000)}]`,
    `'${'\\'.repeat(20_000)}`,
    `${' '.repeat(20_000)}x`,
    '"'.repeat(20_000),
  ]) {
    parseLiteral(text);
  }
  assert.ok(performance.now() - began < 1000);
});
