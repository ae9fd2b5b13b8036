import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluate, type Variables } from './evaluate.ts';
import { ExpressionError, mostLength } from './tokens.ts';

const variables: Variables = {
  stats: { free_capacity_gb: 100, host: 'h@b#p' },
  capabilities: { thin: true, vendor_name: 'Scoria', total: '250' },
  volume: { size: 5 },
  extra: { tier: 'gold' },
  qos: { maxIOPS: '1000' },
};
const worth = (source: string) => evaluate(source, variables);

test('operators bind as in arithmetic, and each has its own level', () => {
  for (const [source, value] of [
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ^ 4 ^ 5', 1_048_576],
    ['-2 ^ 2', 4],
    ['10 - 4 - 3', 3],
    ['16 / 4 / 2', 2],
    ['1.5e2', 150],
    ['.5 + 1', 1.5],
    ['1 < 2 < 3', true],
    ['1 < 3 < 2', false],
    ['3 <> 4 && 3 != 4', true],
    ['not 1 > 2 and true', true],
    ['!(1 > 2) AND 2 >= 2', true],
    ['false or 0 || 1', true],
    ['2 > 1 ? 10 : 20', 10],
    ['false ? 1 : false ? 2 : 3', 3],
    ['abs(-4) + max(1, 7, 3) - min(2, 5)', 9],
    [`'a' == "a"`, true],
    [`'abc' < 'abd'`, true],
    [`'1' == 1`, true],
  ] as const) {
    assert.equal(worth(source), value, source);
  }
});

test('variables are numbers where they read as numbers', () => {
  assert.equal(worth('stats.free_capacity_gb - volume.size'), 95);
  assert.equal(worth('capabilities.total > 200 and qos.maxIOPS <= 1000'), true);
  assert.equal(worth(`extra.tier == 'gold' and capabilities.thin`), true);
  assert.equal(worth(`capabilities.vendor_name == 'Scoria' ? 100 : 0`), 100);
});

test('what cannot be worked out says why', () => {
  for (const [source, says] of [
    ['', /a value is missing at the end/],
    ['1 +', /a value is missing at the end/],
    ['(1', /\) is missing at the end/],
    ['1 2', /something is missing before 2/],
    ['1 ? 2', /: is missing/],
    ['1 / 0', /divides by zero/],
    ['stats.nothing > 1', /there is no stats\.nothing/],
    ['stats.constructor', /there is no stats\.constructor/],
    ['__proto__.x', /there is no __proto__\.x/],
    ['nothing', /nothing is no name/],
    [`'a' + 1`, /"a" is no number/],
    [`extra.tier > 1`, /"gold" is no number/],
    ['abs(1, 2)', /abs takes one value/],
    ['max()', /a value is missing/],
    ['1; 2', /character 2, ";", means nothing/],
    ['process.exit(1)', /something is missing before \(/],
    ['0 ^ -1 * 0', /no number/],
    ['('.repeat(65) + 1 + ')'.repeat(65), /nested deeper/],
    ['!'.repeat(65), /nested deeper/],
    ['1'.repeat(mostLength + 1), /longer than/],
  ] as const) {
    assert.throws(() => worth(source), { name: 'ExpressionError', message: says }, source);
  }
});

/** Ends well, or with an ExpressionError; and soon. */
function endsSoon(source: string): void {
  const before = performance.now();
  try {
    worth(source);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
  }
  const milliseconds = performance.now() - before;
  assert.ok(milliseconds < 250, `${milliseconds} ms for ${source.slice(0, 80)}`);
}

test('no text makes it do anything but end soon with a value or an error of its own', () => {
  const words = [
    '1',
    '2.5',
    '(',
    ')',
    '+',
    '-',
    '*',
    '/',
    '^',
    '!',
    '<',
    '==',
    '&&',
    'or',
    '?',
    ':',
    ',',
    'max',
    'stats.host',
  ];
  const made = fc.array(fc.constantFrom(...words), { maxLength: 400 }).map((all) => all.join(' '));
  fc.assert(fc.property(fc.oneof(fc.string({ maxLength: 2000 }), made), endsSoon), { numRuns: 2_000 });
});

test('the longest expressions that are hostile end as soon', () => {
  const fill = (piece: string) => piece.repeat(Math.floor(mostLength / piece.length));
  for (const piece of [
    '1+',
    '-',
    '(',
    '!',
    '1<',
    '2^',
    '1 ? 1 : ',
    'max(',
    '"',
    "'a' ",
    ' ',
    '1.',
    '.',
    '1e',
    'a.',
    'a.b.',
    '9^9^',
    'true or ',
    '((1)+',
  ]) {
    endsSoon(fill(piece));
    endsSoon(`${fill(piece).slice(0, -1)}1`);
  }
});

test('arithmetic is that of numbers', () => {
  const figure = fc.integer({ min: -1000, max: 1000 });
  const property = fc.property(figure, figure, figure, (a, b, c) => {
    assert.equal(worth(`(${a}) + (${b}) * (${c})`), a + b * c);
    assert.equal(worth(`(${a}) < (${b})`), a < b);
    assert.equal(worth(`max(${a}, ${b}, ${c})`), Math.max(a, b, c));
    assert.equal(worth(`(${a}) <= (${b}) ? (${c}) : 0`), a <= b ? c : 0);
  });
  fc.assert(property, { numRuns: 300 });
});
