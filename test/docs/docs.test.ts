import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { storageResources } from '../../functions/every-service.ts';
import { identityResources } from '../../functions/identity/resources.ts';
import { operations } from '../harness/samples.ts';
import { referenceRows } from '../reference/rows.ts';
import { strayDifferences } from './differences.ts';
import { pages } from './pages.ts';
import { ruleNotes } from './rule-notes.ts';

test('every difference from Cinder is of an operation that there is', () => {
  assert.deepEqual(strayDifferences(operations.map((one) => one.name)), []);
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
  test(`docs/${name} says what the code says (npm run docs writes it)`, () => {
    assert.equal(readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8'), text);
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
  );
});
