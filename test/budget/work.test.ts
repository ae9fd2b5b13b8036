// How many statements each kind of work takes from the request to its end, on the API's side and the workers'.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { memoryNova } from '../../infra/compute/memory.ts';
import type { Kind } from '../../schema/operations.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../harness/scoria.ts';

const nova = memoryNova();
let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ one: { targets: ['remote'] }, nova });
  await scoria.database.all({ name: 'test.quota', text: 'UPDATE quota_classes SET hard_limit = 1000' });
});
after(() => scoria.close());

const newest = { version: '3.71' } as const;

async function ask(method: string, path: string, body?: object, asked: Asked = {}): Promise<Told['body']> {
  const told = await scoria.ask(method, path, { ...newest, ...(body === undefined ? {} : { body }), ...asked });
  assert.ok(told.status < 300, `${method} ${path}: ${told.status} ${told.text}`);
  return told.body;
}
const act = (path: string, body: object, asked?: Asked) => ask('POST', `${path}/action`, body, asked);
const gone = (path: string) => scoria.until(path, ({ status }) => status === 404, newest);
/** Waits until a resource has ended what it was busy with. */
const rests = (path: string) =>
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

const volume = async (fields: object = {}) => {
  const made = await ask('POST', '/v3/volumes', { volume: { size: 1, ...fields } });
  const path = `/v3/volumes/${made.volume.id}`;
  await rests(path);
  return { id: made.volume.id as string, path };
};
const make = async (collection: string, name: string, fields: object) => {
  const made = await ask('POST', `/v3/${collection}`, { [name]: fields });
  const path = `/v3/${collection}/${made[name].id}`;
  return { id: made[name].id as string, path };
};
const snapshot = async (fields: object) => {
  const made = await make('snapshots', 'snapshot', fields);
  await rests(made.path);
  return made;
};
const backup = async (fields: object) => {
  const made = await make('backups', 'backup', fields);
  await rests(made.path);
  return made;
};
let types = 0;
const typeOn = async (backend: string) => {
  types += 1;
  const extra_specs = { volume_backend_name: backend };
  const body = { volume_type: { name: `type-${types}`, extra_specs } };
  return (await ask('POST', '/v3/types', body, { as: 'admin' })).volume_type.name as string;
};
const group = async () => {
  const type = await typeOn('one');
  const made = await make('groups', 'group', { group_type: '__DEFAULT__', volume_types: [type] });
  await volume({ volume_type: type, group_id: made.id });
  return made;
};
const groupSnapshot = async (id: string) => {
  const made = await make('group_snapshots', 'group_snapshot', { group_id: id });
  await rests(made.path);
  return made;
};
/** A group whose members can be copied, with what it is to become. */
const replicatedGroup = async () => {
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
const connector = { connector: { host: 'compute-1' } };

interface Work {
  /** All statements from the request to the end: 2 at most for the request, a claim and a settle for each step. */
  readonly statements: number;
  /** How often it is claimed: once a step: the scheduler comes first where there is a choice, and a move has a back end on each side. */
  readonly claims: 1 | 2 | 3;
  /** What settles, in order; the kind alone unless said. */
  readonly settles?: readonly Kind[];
  /** Makes what the work needs, and returns the work. */
  readonly prepare: () => Promise<() => Promise<unknown>>;
}

/** A server of Nova that has the volume, and one whose volume is in use. */
const known = (volume: string) => {
  const server = randomUUID();
  nova.servers.set(server, new Set([volume]));
  return server;
};
const used = async () => {
  const { id, path } = await volume();
  const server = known(id);
  await act(path, { 'os-attach': { instance_uuid: server, mountpoint: '/dev/vdb' } }, { as: 'admin' });
  return { path, server };
};
const isTold = async (server: string) => {
  const text = `SELECT status FROM operations WHERE resource_id = '${server}'`;
  for (let status = ''; status !== 'done'; ) {
    [{ status } = { status: '' }] = await scoria.database.all<{ status: string }>({ name: 'test.show', text });
  }
};

/** An object on the first back end that is not ours. */
let planted = 0;
const plant = () => {
  planted += 1;
  scoria.backends[0]?.store.plant(`loose-${planted}`, 'pool', 1, new Uint8Array(10));
  return { 'source-name': `loose-${planted}` };
};
const unmanaged = async (path: string) => {
  await act(path, { 'os-unmanage': null }, { as: 'admin' });
  await gone(path);
};

/** Every kind of work. A new one needs a row: without it this does not compile. */
const work: Readonly<Record<Kind, Work>> = {
  // Facts and insert; claim and place; claim and settle.
  'volume.create': { statements: 6, claims: 2, prepare: async () => volume },
  'volume.delete': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { path } = await volume();
      return () => ask('DELETE', path).then(() => gone(path));
    },
  },
  'volume.extend': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { path } = await volume();
      return () => act(path, { 'os-extend': { new_size: 2 } }).then(() => rests(path));
    },
  },
  // The request waits for the outcome, and reads it.
  'volume.connect': {
    statements: 4,
    claims: 1,
    async prepare() {
      const { id } = await volume();
      return () => make('attachments', 'attachment', { volume_uuid: id, ...connector });
    },
  },
  'volume.disconnect': {
    statements: 4,
    claims: 1,
    async prepare() {
      const { id } = await volume();
      const { path } = await make('attachments', 'attachment', { volume_uuid: id, ...connector });
      return () => ask('DELETE', path);
    },
  },
  'volume.revert': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { id, path } = await volume();
      const { id: snapshot_id } = await snapshot({ volume_id: id });
      return () => act(path, { revert: { snapshot_id } }).then(() => rests(path));
    },
  },
  // Facts and request; claim and choice; claim and hand-over where it was; claim and settle where it goes.
  'volume.retype': {
    statements: 8,
    claims: 3,
    async prepare() {
      const { path } = await volume({ volume_type: await typeOn('one') });
      const new_type = await typeOn('two');
      return () => act(path, { 'os-retype': { new_type, migration_policy: 'on-demand' } }).then(() => rests(path));
    },
  },
  'volume.migrate': {
    statements: 7,
    claims: 3,
    async prepare() {
      const { path } = await volume();
      const shown = await ask('GET', path, undefined, { as: 'admin' });
      const isOnOne = shown.volume['os-vol-host-attr:host'].includes('@one');
      const host = `test@${isOnOne ? 'two' : 'one'}#pool`;
      return () => act(path, { 'os-migrate_volume': { host } }, { as: 'admin' }).then(() => rests(path));
    },
  },
  'volume.manage': {
    statements: 6,
    claims: 2,
    async prepare() {
      const ref = plant();
      return async () => {
        const body = { volume: { host: 'test@one#pool', ref } };
        const made = await ask('POST', '/v3/manageable_volumes', body, { as: 'admin' });
        await rests(`/v3/volumes/${made.volume.id}`);
      };
    },
  },
  'volume.unmanage': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { path } = await volume();
      return () => unmanaged(path);
    },
  },
  'snapshot.manage': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { id } = await volume({ volume_type: await typeOn('one') });
      const ref = plant();
      return async () => {
        const body = { snapshot: { volume_id: id, ref } };
        const made = await ask('POST', '/v3/manageable_snapshots', body, { as: 'admin' });
        await rests(`/v3/snapshots/${made.snapshot.id}`);
      };
    },
  },
  'snapshot.unmanage': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { id } = await volume();
      const { path } = await snapshot({ volume_id: id });
      return () => unmanaged(path);
    },
  },
  'service.list_manageable': {
    statements: 4,
    claims: 1,
    prepare: async () => () => ask('GET', '/v3/manageable_volumes?host=test@one%23pool', undefined, { as: 'admin' }),
  },
  'volume.upload': {
    statements: 4,
    claims: 1,
    async prepare() {
      const { path } = await volume();
      return () => act(path, { 'os-volume_upload_image': { image_name: 'image' } }).then(() => rests(path));
    },
  },
  'volume.reimage': {
    statements: 4,
    claims: 1,
    async prepare() {
      const { path } = await volume();
      const image_id = scoria.glance.keep(new Uint8Array(1024));
      return () => act(path, { 'os-reimage': { image_id } }).then(() => rests(path));
    },
  },
  'snapshot.create': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { id } = await volume();
      return () => snapshot({ volume_id: id });
    },
  },
  'snapshot.delete': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { id } = await volume();
      const { path } = await snapshot({ volume_id: id });
      return () => ask('DELETE', path).then(() => gone(path));
    },
  },
  'group.delete': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { path } = await group();
      return () => act(path, { delete: { 'delete-volumes': true } }).then(() => gone(path));
    },
  },
  'group_snapshot.create': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { id } = await group();
      return () => groupSnapshot(id);
    },
  },
  'group_snapshot.delete': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { id } = await group();
      const { path } = await groupSnapshot(id);
      return () => ask('DELETE', path).then(() => gone(path));
    },
  },
  'backup.create': {
    statements: 4,
    claims: 1,
    async prepare() {
      const { id } = await volume();
      return () => backup({ volume_id: id });
    },
  },
  'backup.delete': {
    statements: 3,
    claims: 1,
    async prepare() {
      const { id } = await volume();
      const { path } = await backup({ volume_id: id });
      return () => ask('DELETE', path).then(() => gone(path));
    },
  },
  'backup.restore': {
    statements: 4,
    claims: 1,
    async prepare() {
      const { id, path } = await volume();
      const made = await backup({ volume_id: id });
      return async () => {
        await ask('POST', `${made.path}/restore`, { restore: { volume_id: id } });
        await rests(path);
      };
    },
  },
  'group.enable_replication': {
    statements: 3,
    claims: 1,
    async prepare() {
      const become = await replicatedGroup();
      return () => become('enable_replication', 'enabled');
    },
  },
  'group.disable_replication': {
    statements: 3,
    claims: 1,
    async prepare() {
      const become = await replicatedGroup();
      await become('enable_replication', 'enabled');
      return () => become('disable_replication', 'disabled');
    },
  },
  'group.failover_replication': {
    statements: 3,
    claims: 1,
    async prepare() {
      const become = await replicatedGroup();
      await become('enable_replication', 'enabled');
      return () => become('failover_replication', 'failed-over');
    },
  },
  // With what they come after: a request, a claim and a settle.
  'server.volume_extended': {
    statements: 5,
    claims: 2,
    settles: ['volume.extend', 'server.volume_extended'],
    async prepare() {
      const { path, server } = await used();
      return () => act(path, { 'os-extend': { new_size: 2 } }).then(() => isTold(server));
    },
  },
  'server.volume_reimaged': {
    statements: 6,
    claims: 2,
    settles: ['volume.reimage', 'server.volume_reimaged'],
    async prepare() {
      const { id, path } = await volume();
      const server = known(id);
      await make('attachments', 'attachment', { volume_uuid: id, instance_uuid: server });
      const image_id = scoria.glance.keep(new Uint8Array(1024));
      return () => act(path, { 'os-reimage': { image_id, reimage_reserved: true } }).then(() => isTold(server));
    },
  },
  // The last one, because nothing is placed there any more. Two for each page of 250 volumes: read and relocate.
  'service.failover': {
    statements: 5,
    claims: 1,
    prepare: async () => async () => {
      await ask('PUT', '/v3/os-services/failover', { host: 'test@one' }, { as: 'admin' });
      await scoria.until(
        '/v3/os-services?host=test@one',
        ({ body }) => body.services[0].replication_status === 'failed-over',
        { ...newest, as: 'admin' },
      );
    },
  },
};

/** What runs by the clock, and what the test itself asks. */
const aside =
  /^(services\.report|pools\.report|operations\.(overdue|requeue|release|heartbeat)|messages\.expire|services\.list|[\w-]+\.show)$/;

for (const [kind, { statements, claims, settles = [kind], prepare }] of Object.entries(work)) {
  test(`${kind} takes ${statements} statements at most, ${claims} of them claims and ${settles.length} settles`, async () => {
    const run = await prepare();
    scoria.database.take();
    await run();
    // An outcome is seen when its statement has settled: nothing of the work comes after it.
    const sent = scoria.database.take().filter((name) => !aside.test(name));
    const shown = `${kind}: ${sent.join(', ')}`;
    assert.ok(sent.length <= statements, shown);
    assert.equal(sent.filter((name) => name.startsWith('operations.claim')).length, claims, shown);
    assert.deepEqual(
      sent.filter((name) => /\.(done|failed)$/.test(name)),
      settles.map((one) => `${one}.done`),
      shown,
    );
  });
}
