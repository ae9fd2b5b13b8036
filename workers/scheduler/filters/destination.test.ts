import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poolNamed } from '../../../test/harness/pools.ts';
import type { Request } from '../pool.ts';
import { destination } from './destination.ts';

const pool = (name: string, cluster: string | null = null) => poolNamed(name, { cluster });
const request = (only: Request['only']): Request => ({
  sizeGiB: 1,
  availabilityZone: null,
  extraSpecs: {},
  sourceHost: null,
  livesOn: null,
  only,
  groupBackend: null,
});

test('what is to go to a pool goes to no other, and what is to go to a cluster to any pool of it that was named', () => {
  const ofCluster = pool('h@a#p', 'c@a');
  assert.equal(destination(ofCluster, request(null)), null);
  assert.equal(destination(ofCluster, request({ host: 'h@a#p' })), null);
  assert.equal(destination(ofCluster, request({ host: 'h@a#q' })), 'the destination is h@a#q');
  for (const cluster of ['c@a', 'c@a#', 'c@a#p']) assert.equal(destination(ofCluster, request({ cluster })), null);
  assert.equal(destination(ofCluster, request({ cluster: 'c@a#q' })), 'the destination is the cluster c@a#q');
  assert.equal(destination(pool('c@a#p'), request({ cluster: 'c@a#p' })), 'the destination is the cluster c@a#p');
});
