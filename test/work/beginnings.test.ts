// Moves from states that few have: each row of a machine is taken by some test, or the whole run fails.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const ask = (method: string, path: string, body?: object) =>
  scoria.ask(method, `/v3${path}`, { as: 'admin', version: '3.71', ...(body === undefined ? {} : { body }) });
const accepted = async (method: string, path: string, body?: object) => {
  const told = await ask(method, path, body);
  assert.equal(told.status, 202, told.text);
  return told.body;
};
const gone = (path: string) =>
  scoria.until(`/v3${path}`, ({ status }) => status === 404, { as: 'admin', version: '3.71' });
const becomes = (path: string, status: string) =>
  scoria.until(`/v3${path}`, ({ body }) => (Object.values(body)[0] as { status: string }).status === status, {
    as: 'admin',
    version: '3.71',
  });

/** As something else has left it. */
const leave = (table: string, id: string, status: string) =>
  scoria.database.all(sql('test.leave', `UPDATE ${table} SET status = '${status}' WHERE id = '${id}'`));

const make = async (collection: string, name: string, fields: object): Promise<string> => {
  const told = await ask('POST', `/${collection}`, { [name]: fields });
  assert.ok(told.status < 300, told.text);
  return told.body[name].id;
};

let type: string;
const makeGroup = async () => {
  type ??= await make('types', 'volume_type', { name: 'of-groups' });
  const id = await make('groups', 'group', { group_type: '__DEFAULT__', volume_types: [type] });
  const volume = await scoria.makeVolume({ volume_type: 'of-groups', group_id: id }, { as: 'admin', version: '3.71' });
  await becomes(`/groups/${id}`, 'available');
  return { id, volume: volume.id as string };
};

for (const status of ['error', 'error_restoring', 'error_extending', 'error_managing']) {
  test(`a volume in ${status} is given up`, async () => {
    const { id } = await scoria.makeVolume();
    await leave('volumes', id, status);
    await accepted('POST', `/volumes/${id}/action`, { 'os-unmanage': {} });
    await gone(`/volumes/${id}`);
  });
}

for (const status of ['error_restoring', 'error_extending']) {
  for (const query of ['', '?cascade=true']) {
    test(`a volume in ${status} is deleted${query === '' ? '' : ' with its snapshots'}`, async () => {
      const { id } = await scoria.makeVolume();
      await leave('volumes', id, status);
      await accepted('DELETE', `/volumes/${id}${query}`);
      await gone(`/volumes/${id}`);
    });
  }
}

for (const status of ['error_restoring', 'error_extending', 'error_backing-up']) {
  test(`a volume in ${status} is deleted with its group`, async () => {
    const { id, volume } = await makeGroup();
    await leave('volumes', volume, status);
    await accepted('POST', `/groups/${id}/action`, { delete: { 'delete-volumes': true } });
    await gone(`/volumes/${volume}`);
  });
}

for (const status of ['in-use', 'error_deleting', 'creating', 'updating']) {
  test(`a group in ${status} is deleted with its volumes`, async () => {
    const { id } = await makeGroup();
    await leave('groups', id, status);
    await accepted('POST', `/groups/${id}/action`, { delete: { 'delete-volumes': true } });
    await gone(`/groups/${id}`);
  });
}

test('a snapshot in error is given up', async () => {
  const { id: volume_id } = await scoria.makeVolume();
  const id = await make('snapshots', 'snapshot', { volume_id });
  await becomes(`/snapshots/${id}`, 'available');
  await leave('snapshots', id, 'error');
  await accepted('POST', `/snapshots/${id}/action`, { 'os-unmanage': {} });
  await gone(`/snapshots/${id}`);
});

test('an admin may say of anything that it is in any state that reset-status has', async () => {
  const { id, volume } = await makeGroup();
  for (const [status, shown] of [
    ['managing', 'creating'], // as clients of Cinder see it
    ['error_backing-up', 'error_backing-up'],
    ['available', 'available'],
  ] as const) {
    await accepted('POST', `/volumes/${volume}/action`, { 'os-reset_status': { status } });
    assert.equal((await ask('GET', `/volumes/${volume}`)).body.volume.status, shown);
  }
  const snapshot = await make('group_snapshots', 'group_snapshot', { group_id: id });
  await becomes(`/group_snapshots/${snapshot}`, 'available');
  for (const path of [`/groups/${id}`, `/group_snapshots/${snapshot}`]) {
    for (const status of ['updating', 'error_deleting', 'deleted', 'available']) {
      await accepted('POST', `${path}/action`, { reset_status: { status } });
      await becomes(path, status);
    }
  }
});
