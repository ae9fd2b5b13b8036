// How many statements each kind of work takes from the request to its end, on the API's side and the workers'.
import { systemClock } from '../../infra/clock/system.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { silentLog } from '../../infra/log/lines.ts';
import type { Kind } from '../../schema/operations.ts';
import { sweep } from '../../workers/sweeper.ts';
import {
  act,
  ask,
  backup,
  connector,
  gone,
  group,
  groupSnapshot,
  house,
  limited,
  make,
  newest,
  plant,
  replicatedGroup,
  rests,
  snapshot,
  typeOn,
  unmanaged,
  volume,
} from './workbench.ts';
import { testWork, type Work } from './working.ts';

/** Every kind of work on what is ours. A new one needs a row: without it this does not compile. */
const work: Readonly<Record<Exclude<Kind, `server.${string}`>, Work>> = {
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
  // The sweeper sends it.
  'volume.limit': {
    statements: 3,
    claims: 1,
    async prepare() {
      const asAdmin = { as: 'admin' } as const;
      const specs = { qos_specs: { name: 'limits', consumer: 'back-end', total_iops_sec: '10' } };
      const { qos_specs } = await ask('POST', '/v3/qos-specs', specs, asAdmin);
      const name = await typeOn('one');
      const { volume_types } = await ask('GET', '/v3/types', undefined, asAdmin);
      const type = volume_types.find((one: { name: string }) => one.name === name);
      await ask('GET', `/v3/qos-specs/${qos_specs.id}/associate?vol_type_id=${type.id}`, undefined, asAdmin);
      const { id } = await volume({ volume_type: name });
      return async () => {
        await ask('PUT', `/v3/qos-specs/${qos_specs.id}`, { qos_specs: { total_iops_sec: '20' } }, asAdmin);
        await sweep({ ...house(), clock: systemClock(), ids: systemIds(), digests: webDigests(), log: silentLog });
        await limited(id);
      };
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
      const image_id = house().glance.keep(new Uint8Array(1024));
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
  // Begin and claim; what is covered, how far it is, what is kept no longer; what was done, and settle. Each snapshot
  // takes two besides: the one that begins it, and a settle of its own.
  'snapshot_schedule.run': {
    statements: 7,
    claims: 1,
    async prepare() {
      const path = '/scoria/v1/snapshot-schedules';
      const fields = { name: 'nightly', cron: '0 3 * * *', metadata: { none: 'has it' }, keep: { count: 1 } };
      const { snapshot_schedule } = await ask('POST', path, { snapshot_schedule: fields });
      const one = `${path}/${snapshot_schedule.id}`;
      return async () => {
        await ask('POST', `${one}/run`);
        await house().until(one, ({ body }) => body.snapshot_schedule.last_run_at !== null, newest);
      };
    },
  },
  // The last one, because nothing is placed there any more. Two for each page of 250 volumes: read and relocate.
  'service.failover': {
    statements: 5,
    claims: 1,
    prepare: async () => async () => {
      await ask('PUT', '/v3/os-services/failover', { host: 'test@one' }, { as: 'admin' });
      await house().until(
        '/v3/os-services?host=test@one',
        ({ body }) => body.services[0].replication_status === 'failed-over',
        { ...newest, as: 'admin' },
      );
    },
  },
};

for (const [kind, one] of Object.entries(work)) testWork(kind, one, house);
