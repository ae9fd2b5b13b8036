import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const get = (path: string, more: object = {}) => scoria.ask('GET', `/scoria/v1/${path}`, more);

test('an operation says what is done to its resource and how it ended, and may be waited for', async () => {
  const { id } = await scoria.makeVolume();
  const listed = await get(`operations?resource_id=${id}`);
  assert.equal(listed.status, 200, listed.text);
  const [made] = listed.body.operations;
  assert.equal(made.kind, 'volume.create');
  assert.equal(made.status, 'done');
  assert.equal(made.explanation, undefined, 'pools are not for members');
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  const [gone] = (await get(`operations?resource_id=${id}&kind=volume.delete`)).body.operations;
  const ended = await get(`operations/${gone.id}`, { headers: { Prefer: 'wait=10' } });
  assert.equal(ended.body.operation.status, 'done');
  const admin = await get(`operations/${made.id}`, { as: 'admin' });
  assert.match(admin.body.operation.explanation.chosen, /#pool$/);
  // Nobody sees the operations of another project.
  assert.equal((await get(`operations/${made.id}`, { as: 'otherMember' })).status, 404);
  assert.deepEqual((await get(`operations?resource_id=${id}`, { as: 'otherMember' })).body.operations, []);
  const everywhere = await get('operations?all_tenants=1&limit=1', { as: 'admin' });
  assert.equal(everywhere.body.operations.length, 1);
});
