// Regular expressions that take a quadratic time: every one in the sources, fed what is worst for expressions of its
// kind. What is counted is growth, not time: of four times the input a linear one takes four times as long, a
// quadratic one sixteen.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSources, root } from '../harness/sources.ts';

/** Those that only ever see texts of ours. */
const overOurOwn = new Set(['infra/database/named.ts', 'infra/database/migrate.ts']);

const literal =
  /(?<=(?:[(=,:[!&|?{};]|return|=>)\s*)\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)(?=[\s.,;)\]])/g;

interface Found {
  readonly where: string;
  readonly pattern: RegExp;
}

function expressionsIn(path: string): Found[] {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (/^\s*(\/\/|\*|\/\*)/.test(line)) return [];
    return [...line.matchAll(literal)].map(([, source = '', flags = '']) => ({
      where: `${path}:${index + 1}`,
      pattern: new RegExp(source, flags),
    }));
  });
}

/** What is repeated: characters that expressions repeat, and the words of the expression itself. */
function pumpsFor({ source }: RegExp): string[] {
  const plain = [...' \n\t/\\(){}[]"\'%*-.:;,#=a0Z_@&?<\0é'].map(String);
  const words = source.match(/[\w"'<>:/#%({-]{2,}/g) ?? [];
  const openings = words.map((word) => word.replace(/\\/g, ''));
  return [...plain, '""', "''", '\\"', '%(', 'a ', ' a', '\r\n', 'a.', 'a/', '${', ...openings];
}

/** No expression takes this at its end, so that each has to try all of its ways. */
const ending = '\u0001';

/** In milliseconds: a quadratic one takes longer for 16 KB. */
const tooQuick = 2;

function timeOf(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 3; n += 1) {
    const since = performance.now();
    work();
    best = Math.min(best, performance.now() - since);
    if (best < tooQuick || best > 50) return best;
  }
  return best;
}

/** How much longer the work takes for four times the input; 1 where both are too quick to be told apart. */
function growth(work: (size: number) => void, size = 4_000): number {
  const large = timeOf(() => work(4 * size));
  if (large < tooQuick) return 1;
  return large / timeOf(() => work(size));
}

function isLinear(work: (size: number) => void): boolean {
  // Once is a busy machine; three times is the expression.
  return Array.from({ length: 3 }).some(() => growth(work) < 9);
}

const found = readSources()
  .filter(
    ({ isTest, path }) => !isTest && !overOurOwn.has(path) && /^(schema|functions|workers|infra|bin)\//.test(path),
  )
  .flatMap(({ path }) => expressionsIn(path));

test('every regular expression of the sources takes a linear time for its worst input', () => {
  assert.ok(found.length > 100, `${found.length}`);
  const slow = found.flatMap(({ where, pattern }) => {
    const bad = pumpsFor(pattern).filter((pump) => {
      const work = (size: number) => {
        const input = pump.repeat(Math.ceil(size / pump.length)) + ending;
        pattern.lastIndex = 0;
        input.replace(pattern, '');
        `x${input}`.search(pattern);
      };
      return !isLinear(work);
    });
    return bad.length === 0 ? [] : [`${where} ${pattern}: ${JSON.stringify(bad)}`];
  });
  assert.deepEqual(slow, []);
});

test('an expression that takes a quadratic time is found', () => {
  for (const [pattern, pump] of [
    [/^\s*x/m, '\n'],
    [/\)+$/, ')'],
    [/\s+#.*$/, ' '],
  ] as const) {
    const isFound = () => !isLinear((size) => (pump.repeat(size) + ending).search(pattern));
    assert.ok(Array.from({ length: 5 }).some(isFound), `${pattern}`);
  }
});
