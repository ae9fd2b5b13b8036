import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pages } from './pages.ts';

for (const [name, text] of Object.entries(pages())) {
  test(`docs/${name} says what the code says (npm run docs writes it)`, () => {
    assert.equal(readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8'), text);
  });
}
