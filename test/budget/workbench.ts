// The service on which the kinds of work are counted, and what each of them begins with. For work.test.ts.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { type Asked, type Scoria, startScoria, type Told } from '../harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ one: { targets: ['remote'] } });
  await scoria.database.all({ name: 'test.quota', text: 'UPDATE quota_classes SET hard_limit = 1000' });
});
after(() => scoria.close());

export const house = () => scoria;

export const newest = { version: '3.71' } as const;

export async function ask(method: string, path: string, body?: object, asked: Asked = {}): Promise<Told['body']> {
  const told = await scoria.ask(method, path, { ...newest, ...(body === undefined ? {} : { body }), ...asked });
  assert.ok(told.status < 300, `${method} ${path}: ${told.status} ${told.text}`);
  return told.body;
}
export const act = (path: string, body: object, asked?: Asked) => ask('POST', `${path}/action`, body, asked);
export const gone = (path: string) => scoria.until(path, ({ status }) => status === 404, newest);
/** Waits until a resource has ended what it was busy with. */
export const rests = (path: string) =>
  scoria.until(
    path,
    ({ body }) => {
      const [one] = Object.values<{ status: string; migration_status?: string }>(body);
      const isMoving = ['starting', 'migrating', 'completing'].includes(one?.migration_status ?? '');
      assert.doesNotMatch(one?.status ?? '', /error/);
      return !isMoving && (one?.status === 'available' || one?.status === 'in-use');
    },
    { ...newest, as: 'admin' },
  );

export const volume = async (fields: object = {}) => {
  const made = await ask('POST', '/v3/volumes', { volume: { size: 1, ...fields } });
  const path = `/v3/volumes/${made.volume.id}`;
  await rests(path);
  return { id: made.volume.id as string, path };
};
export const make = async (collection: string, name: string, fields: object) => {
  const made = await ask('POST', `/v3/${collection}`, { [name]: fields });
  const path = `/v3/${collection}/${made[name].id}`;
  return { id: made[name].id as string, path };
};
export const snapshot = async (fields: object) => {
  const made = await make('snapshots', 'snapshot', fields);
  await rests(made.path);
  return made;
};
export const backup = async (fields: object) => {
  const made = await make('backups', 'backup', fields);
  await rests(made.path);
  return made;
};
/** Waits until the limits of a volume have been changed. */
export const limited = async (id: string) => {
  const done = {
    name: 'services.list',
    text: `SELECT count(*)::int AS count FROM operations o WHERE o.resource_id = '${id}'
    AND o.kind = 'volume.limit' AND o.status = 'done'`,
  };
  while ((await scoria.database.all<{ count: number }>(done))[0]?.count !== 1)
    await new Promise((resolve) => setTimeout(resolve, 5));
};
let types = 0;
export const typeOn = async (backend: string) => {
  types += 1;
  const extra_specs = { volume_backend_name: backend };
  const body = { volume_type: { name: `type-${types}`, extra_specs } };
  return (await ask('POST', '/v3/types', body, { as: 'admin' })).volume_type.name as string;
};
export const group = async () => {
  const type = await typeOn('one');
  const made = await make('groups', 'group', { group_type: '__DEFAULT__', volume_types: [type] });
  await volume({ volume_type: type, group_id: made.id });
  return made;
};
export const groupSnapshot = async (id: string) => {
  const made = await make('group_snapshots', 'group_snapshot', { group_id: id });
  await rests(made.path);
  return made;
};
/** A group whose members can be copied, with what it is to become. */
export const replicatedGroup = async () => {
  types += 1;
  const name = `copied-${types}`;
  const extra_specs = { volume_backend_name: 'one', replication_enabled: '<is> True' };
  await ask('POST', '/v3/types', { volume_type: { name, extra_specs } }, { as: 'admin' });
  const type = await ask('POST', '/v3/group_types', { group_type: { name } }, { as: 'admin' });
  const specs = { group_specs: { group_replication_enabled: '<is> True' } };
  await ask('POST', `/v3/group_types/${type.group_type.id}/group_specs`, specs, { as: 'admin' });
  const made = await make('groups', 'group', { group_type: name, volume_types: [name] });
  await volume({ volume_type: name, group_id: made.id });
  const become = async (action: string, status: string) => {
    await act(made.path, { [action]: {} });
    await scoria.until(made.path, ({ body }) => body.group.replication_status === status, newest);
  };
  return become;
};
export const connector = { connector: { host: 'compute-1' } };

/** An object on the first back end that is not ours. */
let planted = 0;
export const plant = () => {
  planted += 1;
  scoria.backends[0]?.store.plant(`loose-${planted}`, 'pool', 1, new Uint8Array(10));
  return { 'source-name': `loose-${planted}` };
};
export const unmanaged = async (path: string) => {
  await act(path, { 'os-unmanage': null }, { as: 'admin' });
  await gone(path);
};
