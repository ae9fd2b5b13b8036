import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const ask = (method: string, path: string, body?: object, version = '3.7') =>
  scoria.ask(method, `/v3/clusters${path}`, { as: 'admin', version, ...(body === undefined ? {} : { body }) });

test('there are no clusters, from 3.7 on', async () => {
  for (const path of ['', '/detail']) {
    assert.deepEqual((await ask('GET', path)).body, { clusters: [] });
    assert.equal((await ask('GET', path, undefined, '3.6')).status, 404);
  }
});

test('a cluster is not found, whatever is asked of it', async () => {
  for (const [method, path, body] of [
    ['GET', '/one', undefined],
    ['PUT', '/enable', { name: 'one' }],
    ['PUT', '/disable', { name: 'one', binary: 'cinder-volume', disabled_reason: 'why' }],
  ] as const) {
    const told = await ask(method, path, body);
    assert.deepEqual(told.body, { itemNotFound: { code: 404, message: 'Cluster one could not be found.' } });
  }
  assert.equal((await ask('PUT', '/enable', {})).status, 400);
});
