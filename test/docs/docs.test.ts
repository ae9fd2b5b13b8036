import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { storageResources } from '../../functions/every-service.ts';
import { identityResources } from '../../functions/identity/resources.ts';
import { operations } from '../harness/samples.ts';
import { referenceRows } from '../reference/rows.ts';
import { strayDifferences } from './differences.ts';
import { pages } from './pages.ts';
import { ruleNotes } from './rule-notes.ts';

test('every difference from Cinder is of an operation that there is', () => {
  assert.deepEqual(
    strayDifferences(operations.map((one) => one.name)),
    [],
    'no operation has these names: change their rows in test/docs/differences.ts',
  );
});

test('the pages that count operations count what there is', () => {
  const count = referenceRows.length;
  for (const page of ['README.md', 'docs/design.md', 'CHANGELOG.md']) {
    const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
    const counts = [...text.matchAll(/\b(\d+) operations\b/g)].map((found) => Number(found[1]));
    assert.ok(counts.length > 0 && counts.every((one) => one === count), `${page}: ${counts}`);
  }
});

for (const [name, text] of Object.entries(pages())) {
  test(`docs/${name} says what the code says`, () => {
    const page = new URL(`../../docs/${name}`, import.meta.url);
    const lines = (existsSync(page) ? readFileSync(page, 'utf8') : '').split('\n');
    const wanted = text.split('\n');
    const first = wanted.findIndex((line, n) => line !== lines[n]);
    const at = first === -1 ? wanted.length : first;
    const shown = `line ${at + 1} is to be: ${wanted[at]?.slice(0, 200) ?? 'no line'}`;
    assert.ok(first === -1 && lines.length === wanted.length, `run \`npm run docs\`: docs/${name}, ${shown}`);
  });
}

test('every rule is asked by an operation, or the page of policies says what it decides', () => {
  const resources = [...storageResources, ...identityResources];
  const operations = resources.flatMap((resource) => resource.operations);
  const asked = new Set(operations.flatMap((one) => [...one.policy, ...Object.keys(one.furtherPolicy ?? {})]));
  const declared = new Set(resources.flatMap((resource) => Object.keys(resource.rules)));
  assert.deepEqual(
    [...declared].filter((rule) => !asked.has(rule) && ruleNotes[rule] === undefined),
    [],
    'write a note in test/docs/rule-notes.ts',
  );
  assert.deepEqual(
    Object.keys(ruleNotes).filter((rule) => !declared.has(rule)),
    [],
    'no resource declares these: take their notes out of test/docs/rule-notes.ts',
  );
});
