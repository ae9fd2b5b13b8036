import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PolicyError, readPolicyFile } from './policy-file.ts';
import { readOverrides } from './policy-table.ts';

test('a policy.yaml is read as operators write them', () => {
  const text = `\uFEFF---
# a comment
"volume:delete": "role:storage and project_id:%(project_id)s"  # who may delete
'volume:get': 'rule:admin_or_owner'
volume:extend: role:admin   # plain
"with''quotes": "'lit\\"eral':%(user_id)s"
'single': '''p1'':%(project_id)s'
"everybody": ""
"nobody": "!"

"legacy": [["role:a", "role:b"], 'role:c']  # older
"empty": []
"block":
  - "role:a"
  - ["role:b", "role:c"]
  - - "role:d"
    - role:e
  - role:f
"flat":
- role:g
`;
  const read = readPolicyFile(text.replaceAll('\n', '\r\n'));
  assert.deepEqual(read, [
    { name: 'volume:delete', written: 'role:storage and project_id:%(project_id)s', line: 3 },
    { name: 'volume:get', written: 'rule:admin_or_owner', line: 4 },
    { name: 'volume:extend', written: 'role:admin', line: 5 },
    { name: "with''quotes", written: "'lit\"eral':%(user_id)s", line: 6 },
    { name: 'single', written: "'p1':%(project_id)s", line: 7 },
    { name: 'everybody', written: '', line: 8 },
    { name: 'nobody', written: '!', line: 9 },
    { name: 'legacy', written: [['role:a', 'role:b'], 'role:c'], line: 11 },
    { name: 'empty', written: [], line: 12 },
    { name: 'block', written: ['role:a', ['role:b', 'role:c'], ['role:d', 'role:e'], 'role:f'], line: 13 },
    { name: 'flat', written: ['role:g'], line: 19 },
  ]);
});

test('an empty file has no rules', () => {
  for (const text of ['', '\n# only a comment\n', '---\n', '{}\n', '---\n{ } # none\n']) {
    assert.deepEqual(readPolicyFile(text), []);
  }
});

test('a second document is refused and never read together with the first', () => {
  const second: readonly (readonly [text: string, line: number])[] = [
    ['"a": "!"\n---\n"b": "@"', 2],
    ['---\n"a": "!"\n--- # more\n"b": "@"', 3],
    ['---\n---\n"a": "!"', 2],
    ['"a": "!"\n---', 2],
    ['"a": "!"\n--- {}', 2],
    ['"a": "!"\n...\n"b": "@"', 2],
    ['{}\n"a": "!"', 1],
    ['"a": "!"\n{}', 2],
    ['---\n{}\n---\n{}', 3],
    ['---\n- "role:a"', 1],
  ];
  for (const [text, line] of second) {
    assert.throws(
      () => readPolicyFile(text),
      (error) => error instanceof PolicyError && error.problems[0]?.line !== undefined,
      text,
    );
    try {
      readPolicyFile(text);
    } catch (error) {
      const lines = (error as PolicyError).problems.map((one) => one.line); // as asserted above
      assert.ok(lines.includes(line), `${JSON.stringify(text)}: ${lines}`);
    }
  }
});

test('anything else is refused with its line, and every line that is wrong is named', () => {
  const table: Readonly<Record<string, RegExp>> = {
    '"a": "@"\n"a": "!"': /^line 2: rule "a": stands on line 1 already$/,
    'a:': /^line 1: rule "a": has no check/,
    'a: ~': /has no check/,
    'a: null': /has no check/,
    'a: @': /needs quotes/,
    'a: !': /needs quotes/,
    'a: *x': /needs quotes/,
    'a: &x role:a': /needs quotes/,
    'a: |\n  role:a': /line 2 goes on/,
    'a: >-\n  role:a': /line 2 goes on/,
    'a: "role:a\n  or role:b"': /line 2 goes on/,
    'a: role:a\n  or role:b': /line 2 goes on/,
    'a: "role:a': /not closed/,
    'a: "role:a" or': /stands after/,
    'a: "\\x41"': /escape/,
    'a: b: c': /needs quotes/,
    'a: {b: c}': /needs quotes/,
    'a: ["role:a"': /in one line/,
    'a: [role:a]': /quoted strings/,
    'a: [[["role:a"]]]': /quoted strings|deeper/,
    '{"a": "role:a"}': /JSON is not read/,
    '- role:a': /stands under no rule|is not/,
    '  a: role:a': /under no rule/,
    '"a" "role:a"': /is not "name": "check"/,
    'a\tb: role:a': /is not/,
    'a:\n  - role:a\n   - role:b': /line 3 is indented otherwise/,
    'a:\n  - role:a\n  b': /line 3 is no item/,
    '%YAML 1.2': /is not/,
  };
  for (const [text, reason] of Object.entries(table)) {
    assert.throws(
      () => readPolicyFile(text),
      (error) => error instanceof PolicyError && reason.test(error.message),
      JSON.stringify(text),
    );
  }
  assert.throws(
    () => readOverrides('a: role:a\nb: "role:b or"\nc: "(role:c"'),
    (error) =>
      error instanceof PolicyError &&
      /^line 2: rule "b": .*\nline 3: rule "c": /.test(error.message) &&
      error.problems.length === 2,
  );
});

test('no text makes the reader throw anything but its own error', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      '"a"',
      ':',
      ': ',
      '- ',
      '\n',
      '\n  ',
      '[',
      ']',
      ',',
      '"',
      "'",
      '#',
      ' #',
      '{',
      '}',
      '\\',
      '|',
      '@',
      'role:a',
    ],
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(piece, { maxLength: 100 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(text, (one) => {
      try {
        readOverrides(one);
      } catch (error) {
        assert.ok(error instanceof PolicyError, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

test('what is written with quotes is read back, whatever it is', () => {
  const plain = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((one) => !/[\r\n\t\u2028\u2029]/.test(one));
  const quotes: readonly ((text: string) => string)[] = [
    (text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    (text) => `'${text.replaceAll("'", "''")}'`,
  ];
  fc.assert(
    fc.property(fc.uniqueArray(plain, { maxLength: 5 }), plain, fc.constantFrom(...quotes), (names, value, quote) => {
      const named = names.filter((name) => name !== '');
      const text = named.map((name) => `${quote(name)}: ${quote(value)}`).join('\n');
      assert.deepEqual(
        readPolicyFile(text).map((one) => [one.name, one.written]),
        named.map((name) => [name, value]),
      );
    }),
  );
});
