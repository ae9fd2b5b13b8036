// What docs/deploy/scale.md says is what the code costs, and one noisy tenant does the others no harm.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../harness/sources.ts';
import type { Costs } from './measure.ts';
import { measureCosts } from './measure.ts';
import { rounded, withTable } from './page.ts';
import { turnsOfRows } from './rows.ts';
import { assumed, sharesOf, sumOf, use } from './sums.ts';
import { play, scene } from './tenants.ts';

const page = readFileSync(join(root, 'docs/deploy/scale.md'), 'utf8');

test('the page has the statements and messages of each operation (npm run scale-figures writes them)', async () => {
  for (const [name, { statements, messages }] of Object.entries(await measureCosts())) {
    assert.ok(page.includes(`| ${name} | ${statements} | ${messages} |`), `${name}: ${statements}, ${messages}`);
  }
});

test('10,000 tenants wait less than one piece of work when one of them asks for 20,000 at once', async () => {
  const { quiet, noisyDone } = await play(scene);
  assert.ok(quiet.most < scene.workMilliseconds, JSON.stringify(quiet));
  assert.ok(noisyDone > 0, "what is left over is the noisy one's");
  // The test can fail: a queue without turns makes them wait for minutes.
  assert.ok((await play(scene, 'first come')).quiet.p99 > 60_000);
});

test('in the rows of a database each quiet tenant has its turn beside a flood', async () => {
  const { quiet, taken } = await turnsOfRows(100, 2_000);
  assert.ok(taken <= quiet * 1.5, `${taken} pieces for ${quiet} tenants`);
});

test('sums are linear where prices are, and a limit that is met is over 1', () => {
  const cost = { statements: 4, messages: 2, bytes: 20_000 };
  const costs = Object.fromEntries(Object.keys(use).map((name) => [name, cost])) as unknown as Costs; // all of them
  const of = (volumes: number) => sumOf(costs, volumes, { ...assumed(volumes, 2_000), backends: 1 });
  assert.ok(Math.abs(of(2_000_000).dollars['API Gateway'] / of(1_000_000).dollars['API Gateway'] - 2) < 1e-9);
  assert.ok(Object.values(sharesOf(of(1_000))).every((share) => share < 1));
  assert.ok(Object.values(sharesOf(of(1_000_000_000))).some((share) => share > 1));
});

test('a table goes to its place only, and figures have three digits', () => {
  const marked = 'a\n<!-- x: npm run scale-figures -->\nold\n<!-- end of x -->\nb';
  assert.equal(withTable(marked, 'x', 'new'), 'a\n<!-- x: npm run scale-figures -->\n\nnew\n\n<!-- end of x -->\nb');
  assert.throws(() => withTable(marked, 'y', 'new'), /no place/);
  assert.deepEqual([0, 0.01234, 1.234, 12.34, 123.4, 12_345].map(rounded), [
    '0',
    '0.0123',
    '1.23',
    '12.3',
    '123',
    '12,300',
  ]);
});
