// The data that the service runs on says of each microversion what its history says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storageResources } from '../../functions/every-service.ts';
import type { Version } from '../../functions/http/microversion.ts';
import * as samples from '../harness/samples.ts';
import { versionedFields } from '../harness/views.ts';
import { golden } from './golden.ts';

const found = new Map<string, Version>();
const add = (key: string, since: Version | undefined) => {
  if (since !== undefined) found.set(key, since);
};

for (const resource of storageResources) {
  for (const { name, since } of await versionedFields(resource.name)) add(`field ${resource.name} ${name}`, since);
  for (const one of resource.operations) {
    add(`operation ${one.name}`, one.since);
    const fields = one.body === undefined ? [] : samples.fieldsOf(one.body);
    for (const { path, schema } of fields) add(`body ${one.name} ${path.join('.')}`, schema.since);
    const { list } = one;
    if (list === undefined) continue;
    add(`paging ${list.collection}`, list.pagingSince);
    // A filter that came with the paging of its list needs no row of its own.
    for (const [name, filter] of Object.entries(list.filters)) {
      if (filter.since !== list.pagingSince) add(`filter ${list.collection} ${name}`, filter.since);
    }
    for (const [name, key] of Object.entries(list.sortKeys)) add(`sort ${list.collection} ${name}`, key.since);
  }
}

/** Whether the resource or operation of a row is there at all. */
function isThere(key: string): boolean {
  const [kind, name] = key.split(' ');
  if (kind === 'operation' || kind === 'body') return samples.operations.some((one) => one.name === name);
  if (kind === 'field') return storageResources.some((one) => one.name === name);
  return samples.operations.some((one) => one.list?.collection === name);
}

test('whatever has a microversion has the one of its history', () => {
  const wrong = [...found]
    .filter(([key, since]) => golden[key] !== since)
    .map(([key, since]) => `'${key}': '${since}',`);
  assert.deepEqual(wrong, [], 'write these rows in test/microversions/golden.ts, if the history of the API says so');
});

test('whatever came with a microversion is marked with it', () => {
  const missing = Object.keys(golden).filter((key) => isThere(key) && !found.has(key));
  assert.deepEqual(missing, [], 'these rows of test/microversions/golden.ts want a `since` in the code, or go');
});
