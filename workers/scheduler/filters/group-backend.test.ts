import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poolNamed } from '../../../test/harness/pools.ts';
import type { Request } from '../pool.ts';
import { groupBackend } from './group-backend.ts';

const pool = (backend: string) => poolNamed(`${backend}#p`);
const request = (backend: string | null): Request => ({
  sizeGiB: 1,
  availabilityZone: null,
  extraSpecs: {},
  sourceHost: null,
  livesOn: null,
  only: null,
  groupBackend: backend,
});

test('a volume of a group goes to the back end of the group and to no other', () => {
  assert.equal(groupBackend(pool('h@a'), request(null)), null);
  assert.equal(groupBackend(pool('h@a'), request('h@a')), null);
  assert.equal(groupBackend(pool('h@b'), request('h@a')), 'its group is on h@a');
});
