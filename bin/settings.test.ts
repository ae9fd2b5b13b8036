import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from './settings.ts';

const read = (env: Record<string, string>) => readSettings({ env, folder: '/somewhere' });

test('there is no cluster unless one is named, and its name is one that hosts could have', () => {
  assert.equal(read({}).cluster, null);
  assert.equal(read({ SCORIA_CLUSTER: '' }).cluster, null);
  assert.equal(read({ SCORIA_CLUSTER: 'east-1.example_a' }).cluster, 'east-1.example_a');
  for (const name of ['a@b', 'a#b', 'a b', 'ä', 'x'.repeat(101)]) {
    assert.throws(() => read({ SCORIA_CLUSTER: name }), /SCORIA_CLUSTER must be letters, digits/, name);
  }
});
