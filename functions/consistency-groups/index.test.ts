// Consistency groups and their snapshots, from beginning to end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drift } from '../../test/harness/invariants.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const ask = (method: string, path: string, body?: object, asked: Asked = {}) =>
  scoria.ask(method, path, { ...(body === undefined ? {} : { body }), ...asked });
const gone = (path: string) => scoria.until(path, ({ status }) => status === 404);

test('a consistency group with a volume is made, snapshotted, copied and deleted, at 3.0', async () => {
  const made = await ask('POST', '/v3/consistencygroups', {
    consistencygroup: { name: 'cg', volume_types: '__DEFAULT__', user_id: null, status: 'creating' },
  });
  assert.equal(made.status, 202, made.text);
  const { id } = made.body.consistencygroup;
  assert.deepEqual(made.body, { consistencygroup: { id, name: 'cg' } });
  const path = `/v3/consistencygroups/${id}`;
  const shown = (await ask('GET', path)).body.consistencygroup;
  assert.deepEqual(shown, {
    id,
    name: 'cg',
    status: 'available',
    availability_zone: 'nova',
    created_at: shown.created_at,
    description: null,
    volume_types: ['00000000-0000-4000-8000-000000000001'],
  });
  const volume = await scoria.makeVolume({ volume_type: '__DEFAULT__', consistencygroup_id: id });
  assert.deepEqual([volume.consistencygroup_id, volume.group_id], [id, null]);

  const taken = await ask('POST', '/v3/cgsnapshots', { cgsnapshot: { consistencygroup_id: id, name: 's' } });
  assert.equal(taken.status, 202, taken.text);
  const snapshot = taken.body.cgsnapshot.id;
  assert.deepEqual(taken.body, { cgsnapshot: { id: snapshot, name: 's' } });
  const told = await scoria.until(`/v3/cgsnapshots/${snapshot}`, ({ body }) => body.cgsnapshot.status === 'available');
  const { created_at } = told.body.cgsnapshot;
  const wanted = {
    id: snapshot,
    consistencygroup_id: id,
    status: 'available',
    created_at,
    name: 's',
    description: null,
  };
  assert.deepEqual(told.body.cgsnapshot, wanted);
  assert.deepEqual((await ask('GET', '/v3/cgsnapshots')).body, { cgsnapshots: [{ id: snapshot, name: 's' }] });
  assert.deepEqual((await ask('GET', '/v3/cgsnapshots/detail')).body, { cgsnapshots: [wanted] });

  const copies = [];
  for (const source of [{ cgsnapshot_id: snapshot }, { source_cgid: id }]) {
    const copy = await ask('POST', '/v3/consistencygroups/create_from_src', {
      'consistencygroup-from-src': { name: 'copy', ...source },
    });
    assert.equal(copy.status, 202, copy.text);
    copies.push(`/v3/consistencygroups/${copy.body.consistencygroup.id}`);
  }
  for (const one of copies) await scoria.until(one, ({ body }) => body.consistencygroup.status === 'available');
  assert.equal((await ask('DELETE', `/v3/cgsnapshots/${snapshot}`)).status, 202);
  await gone(`/v3/cgsnapshots/${snapshot}`);
  const unforced = await ask('POST', `${path}/delete`, { consistencygroup: { force: false } });
  assert.equal(unforced.status, 400);
  for (const one of [path, ...copies]) {
    assert.equal((await ask('POST', `${one}/delete`, { consistencygroup: { force: true } })).status, 202);
    await gone(one);
  }
  assert.equal((await ask('GET', `/v3/volumes/${volume.id}`)).status, 404);
  assert.deepEqual(await drift(scoria.database), []);
});

test('groups and consistency groups do not see each other', async () => {
  const legacy = await ask('POST', '/v3/consistencygroups', { consistencygroup: { volume_types: '__DEFAULT__' } });
  const generic = await ask(
    'POST',
    '/v3/groups',
    { group: { group_type: '__DEFAULT__', volume_types: ['__DEFAULT__'] } },
    { version: '3.13' },
  );
  const [cg, group] = [legacy.body.consistencygroup.id, generic.body.group.id];
  assert.equal((await ask('GET', `/v3/groups/${cg}`, undefined, { version: '3.71' })).status, 404);
  assert.equal((await ask('GET', `/v3/consistencygroups/${group}`)).status, 404);
  const lists = [
    await ask('GET', '/v3/groups', undefined, { version: '3.71' }),
    await ask('GET', '/v3/consistencygroups?limit=1'),
  ];
  assert.deepEqual(lists[0]?.body.groups, [{ id: group, name: null }]);
  assert.deepEqual(lists[1]?.body.consistencygroups, [{ id: cg, name: null }]);
  assert.match(lists[1]?.body.consistencygroup_links[0].href, /\/v3\/consistencygroups\?limit=1&marker=/);
});

test('a change is written at both paths, and an empty name from 3.6', async () => {
  const made = await ask('POST', '/v3/consistencygroups', { consistencygroup: { volume_types: '__DEFAULT__' } });
  const path = `/v3/consistencygroups/${made.body.consistencygroup.id}`;
  const change = (where: string, consistencygroup: object, version = '3.0') =>
    ask('PUT', where, { consistencygroup }, { version });
  assert.equal((await change(`${path}/update`, { name: 'a' })).status, 202);
  assert.equal((await change(path, { description: 'b' })).status, 202);
  assert.equal((await change(path, { name: '' }, '3.5')).status, 400);
  assert.equal((await ask('GET', path)).body.consistencygroup.name, 'a');
  assert.equal((await change(path, { name: '' }, '3.6')).status, 202);
  assert.equal((await ask('GET', path)).body.consistencygroup.name, '');
  const none = await ask('POST', '/v3/consistencygroups', { consistencygroup: { name: 'x' } });
  assert.equal(none.body.badRequest.message, 'volume_types must be provided to create consistency group x.');
});
