// Updates by clients with structs (Go, Java): they send every field, as a zero value, as null, or as they read it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newestMinor } from '../../functions/http/microversion.ts';
import { countingDatabase } from '../../infra/database/counting.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { freshUndoneDatabase, type UndoneDatabase } from '../harness/undone.ts';
import { places, seedWorld, worldCluster, worldHost, worldKey } from '../harness/world.ts';

let scoria: Scoria;
let database: UndoneDatabase;
before(async () => {
  database = await freshUndoneDatabase();
  scoria = await startScoria({ workers: false, shares: { database: countingDatabase(database) } });
  await database.keep(() => seedWorld(database));
});
after(async () => {
  await scoria.close();
  await database.close();
});

const texts = { name: '', description: '' };
const nulls = { name: null, description: null };
const service = { host: worldHost, binary: 'cinder-volume' };
const cluster = { name: worldCluster, binary: null };
const connector = { host: 'h', ip: '', initiator: null, multipath: false, mountpoint: '', platform: '' };

/** By operation, what such a client sends. */
const bodies: Readonly<Record<string, readonly unknown[]>> = {
  'volume-update': [
    { volume: { ...texts, metadata: {} } },
    { volume: nulls },
    { volume: { ...texts, display_name: '', display_description: '', metadata: { [worldKey]: '' } } },
  ],
  'snapshot-update': [
    { snapshot: texts },
    { snapshot: nulls },
    { snapshot: { ...nulls, display_name: null, display_description: null } },
  ],
  'backup-update': [{ backup: { ...texts, metadata: {} } }, { backup: nulls }],
  'snapshot-schedule-update': [
    {
      snapshot_schedule: {
        ...{ name: 'weekly', description: null, cron: '0 4 * * 0', timezone: 'UTC', metadata: { a: 'b' } },
        ...{ keep: { count: 1, days: null }, name_template: '{time}', enabled: true },
      },
    },
    { snapshot_schedule: { volume_ids: ['10000000-0000-4000-8000-000000000001'] } },
    { snapshot_schedule: {} },
  ],
  'subscription-update': [
    {
      subscription: {
        ...{ url: 'https://receiver.example/other', types: ['*'], description: '', enabled: true },
        ...{ resource_type: 'volume', resource_id: '10000000-0000-4000-8000-000000000001' },
      },
    },
    { subscription: { description: null, resource_type: null, resource_id: null } },
    { subscription: {} },
  ],
  'type-update': [
    { volume_type: { ...texts, is_public: false } },
    { volume_type: { ...nulls, is_public: true } },
    { volume_type: { name: 'type-own', description: '', is_public: false } },
  ],
  'type-encryption-update': [
    { encryption: { key_size: 0, provider: '', control_location: 'back-end', cipher: '' } },
    { encryption: { key_size: null, cipher: null } },
    { encryption: { volume_type_id: places.volume_type_id?.own, encryption_id: '', deleted: false, key_size: 256 } },
  ],
  'type-extra-spec-create': [{ extra_specs: {} }, { extra_specs: { a: '', b: null } }],
  'type-extra-spec-update': [{ [worldKey]: '' }, { [worldKey]: null }],
  'group-type-update': [{ group_type: { ...texts, is_public: false } }, { group_type: { ...nulls, is_public: true } }],
  'group-spec-create': [{ group_specs: {} }, { group_specs: { a: '', b: null } }],
  'group-spec-update': [{ [worldKey]: '' }, { [worldKey]: null }],
  'qos-specs-set': [
    { qos_specs: {} },
    { qos_specs: { consumer: 'front-end' } },
    { qos_specs: { consumer: 'both', total_iops_sec: '100', empty: '', none: null } },
  ],
  'qos-specs-delete-keys': [{ keys: [] }],
  'group-update': [
    { group: { ...texts, add_volumes: '', remove_volumes: '' } },
    { group: { name: 'n', description: null, add_volumes: null, remove_volumes: null } },
  ],
  'consistency-group-update': [
    { consistencygroup: { name: 'n', description: null, add_volumes: null, remove_volumes: '', id: '', status: '' } },
  ],
  'consistency-group-update-plain': [
    { consistencygroup: { ...texts, name: 'n', volume_types: [], created_at: null, availability_zone: '' } },
  ],
  'attachment-update': [{ attachment: { connector } }],
  'quota-set-update': [
    {
      quota_set: {
        id: 'p',
        tenant_id: 'p',
        backups: 1,
        volumes: '1',
        gigabytes: -1,
        groups: '7',
        volumes___DEFAULT__: 0,
      },
    },
    { quota_set: { tenant_id: '' } },
  ],
  'quota-class-update': [{ quota_class_set: { volumes: 0, per_volume_gigabytes: -1 } }, { quota_class_set: {} }],
  'volume-metadata-replace': [{ metadata: {} }],
  'volume-metadata-set': [{ meta: { [worldKey]: '' } }],
  'snapshot-metadata-replace': [{ metadata: {} }],
  'snapshot-metadata-set': [{ meta: { [worldKey]: '' } }],
  'service-enable': [{ ...service, cluster: null }],
  'service-disable': [{ ...service, cluster: null }],
  'service-disable-log-reason': [{ ...service, cluster: null, disabled_reason: 'r' }],
  'service-freeze': [{ host: worldHost, cluster: null }],
  'service-thaw': [{ host: worldHost, cluster: null }],
  'service-failover-host': [{ host: worldHost, backend_id: 'second' }],
  'service-failover': [{ host: worldHost, backend_id: 'second', cluster: null }],
  'host-update': [{ status: 'enable' }],
  'service-get-log': [
    { binary: '', server: '', prefix: '' },
    { binary: null, server: null, prefix: null },
  ],
  'service-set-log': [{ binary: '', server: '', prefix: '', level: 'INFO' }],
  'cluster-enable': [cluster],
  'cluster-disable': [
    { ...cluster, disabled_reason: null },
    { ...cluster, disabled_reason: '' },
  ],
  'default-type-set': [{ default_type: { volume_type: '__DEFAULT__' } }],
};

/** What the world is in no state for: the body was taken, and the refusal is about something else. */
const refusals: Readonly<Record<string, RegExp>> = {
  'service-thaw': /Host is not Frozen/,
  'service-failover-host': /no replication targets/,
  'service-failover': /no replication targets/,
};

test('every operation of the table is one', () => {
  const unknown = Object.keys(bodies).filter((name) => !samples.guarded.some((one) => one.name === name));
  assert.deepEqual(unknown, [], 'no operation has these names: take them out of `bodies` in this file');
});

test('every PUT of Block Storage has a row', () => {
  const puts = samples.guarded.filter((one) => one.method === 'PUT' && one.body !== undefined).map((one) => one.name);
  assert.deepEqual(
    puts.filter((name) => bodies[name] === undefined),
    [],
    'write the bodies that a client may send for each of these in `bodies`, test/battery/full-structs.test.ts',
  );
});

for (const [name, all] of Object.entries(bodies)) {
  test(`${name} takes every field as a zero value, as null and as it was read, as far as Cinder does`, async () => {
    const operation = samples.guarded.find((one) => one.name === name);
    assert.ok(operation);
    for (const body of all) {
      const path = samples.pathOf(operation, 'own');
      const told = await scoria.ask(operation.method, path, { as: 'admin', version: `3.${newestMinor}`, body });
      const refusal = refusals[name];
      if (refusal === undefined) assert.equal(told.status, operation.success, `${JSON.stringify(body)}: ${told.text}`);
      else assert.match(told.text, refusal);
      await database.undo();
    }
  });
}

test('an empty name beside other fields keeps the name, and alone it is refused', async () => {
  for (const [kind, path, name] of [
    ['volume_type', `/v3/types/${places.volume_type_id?.own}`, 'type-own'],
    ['group_type', `/v3/group_types/${places.group_type_id?.own}`, 'group-type'],
  ] as const) {
    const put = (fields: object) =>
      scoria.ask('PUT', path, { as: 'admin', version: `3.${newestMinor}`, body: { [kind]: fields } });
    const told = await put({ name: '', description: 'new', is_public: false });
    const { name: shown, description, is_public } = told.body[kind];
    assert.deepEqual({ shown, description, is_public }, { shown: name, description: 'new', is_public: false });
    assert.match((await put({ name: '', description: null })).text, /name can not be empty/);
    await database.undo();
  }
});

test('a spec that is set to null goes, as one of a volume type does', async () => {
  for (const [method, path, kind, at] of [
    ['POST', `/v3/types/${places.volume_type_id?.own}/extra_specs`, 'extra_specs', ''],
    ['POST', `/v3/group_types/${places.group_type_id?.own}/group_specs`, 'group_specs', ''],
    ['PUT', `/v3/qos-specs/${places.qos_id?.own}`, 'qos_specs', 'specs'],
  ] as const) {
    const asked = { as: 'admin', version: `3.${newestMinor}` } as const;
    const body = { [kind]: { [worldKey]: null, kept: '' } };
    assert.deepEqual((await scoria.ask(method, path, { ...asked, body })).body, body);
    const shown = (await scoria.ask('GET', path, asked)).body[kind];
    assert.deepEqual(at === '' ? shown : shown[at], { kept: '' }, kind);
    await database.undo();
  }
});
