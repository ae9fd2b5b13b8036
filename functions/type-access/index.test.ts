import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
let made = 0;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const absent = '11111111-1111-4111-8111-111111111111';

async function type(isPublic: boolean): Promise<string> {
  made += 1;
  const body = { volume_type: { name: `type-${made}`, 'os-volume-type-access:is_public': isPublic } };
  return (await scoria.ask('POST', '/v3/types', { as: 'admin', body })).body.volume_type.id;
}

const act = (id: string, action: string, project: unknown, as = 'admin') =>
  scoria.ask('POST', `/v3/types/${id}/action`, { as, body: { [action]: { project } } });
const list = (id: string, as = 'admin') => scoria.ask('GET', `/v3/types/${id}/os-volume-type-access`, { as });

test('projects are given a private type and lose it again, each in one statement', async () => {
  const id = await type(false);
  assert.deepEqual((await list(id)).body, { volume_type_access: [] });
  scoria.database.take();
  for (const project of [projects.own, projects.other]) {
    const told = await act(id, 'addProjectAccess', project);
    assert.deepEqual([told.status, told.text], [202, '']);
  }
  assert.deepEqual(scoria.database.take(), ['type-access.add', 'type-access.add']);
  assert.deepEqual((await list(id)).body.volume_type_access, [
    { volume_type_id: id, project_id: projects.own },
    { volume_type_id: id, project_id: projects.other },
  ]);
  const twice = await act(id, 'addProjectAccess', projects.own);
  assert.equal(
    twice.body.conflictingRequest.message,
    `Volume type access for ${id} / ${projects.own} combination already exists.`,
  );
  assert.equal((await act(id, 'removeProjectAccess', projects.own)).status, 202);
  const gone = await act(id, 'removeProjectAccess', projects.own);
  assert.equal(gone.body.itemNotFound.message, `Volume type access not found for ${id} / ${projects.own} combination.`);
});

test('a volume is made of a private type only with access to it', async () => {
  const id = await type(false);
  const create = () => scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1, volume_type: id } } });
  assert.equal((await create()).status, 404);
  await act(id, 'addProjectAccess', projects.own);
  assert.equal((await create()).status, 202);
});

test('a public type has no list and takes no project', async () => {
  const id = await type(true);
  const told = await list(id);
  assert.deepEqual(told.body, {
    itemNotFound: { code: 404, message: 'Access list not available for public volume types.' },
  });
  for (const action of ['addProjectAccess', 'removeProjectAccess']) {
    const refused = await act(id, action, projects.own);
    assert.match(refused.body.badRequest.message, /not applicable to public volume type/);
  }
});

test('an unknown type is not found, a project is a name, and only admins may', async () => {
  const id = await type(false);
  for (const wrong of [absent, 'name']) {
    assert.equal((await list(wrong)).status, 404);
    assert.equal((await act(wrong, 'addProjectAccess', 'p')).status, 404);
    assert.equal((await act(wrong, 'removeProjectAccess', 'p')).status, 404);
  }
  for (const project of ['', null, 7, 'x'.repeat(256)]) {
    assert.equal((await act(id, 'addProjectAccess', project)).status, 400, String(project));
  }
  assert.equal((await act(id, 'addProjectAccess', 'p', 'member')).status, 403);
  assert.equal((await act(id, 'removeProjectAccess', 'p', 'member')).status, 403);
  assert.equal((await list(id, 'member')).status, 403);
  const unknown = await act(id, 'delete', 'p');
  assert.match(unknown.body.badRequest.message, /^There is no such action: delete\./);
});
