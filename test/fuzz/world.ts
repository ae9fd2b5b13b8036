// What the fuzzed requests find besides the world of every test: things in the states in which moves begin, so that
// operations get beyond the refusal of a wrong state.

import { hashKey } from '../../functions/transfers/key.ts';
import { type Database, sql } from '../../infra/database/port.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { projects } from '../harness/people.ts';
import { places, seedWorld, worldHost } from '../harness/world.ts';

interface Variant {
  readonly table: string;
  /** The name in a path that it may stand for. */
  readonly place: string;
  readonly id: string;
  /** What differs from the row of the project `own`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const idOf = (kind: string, n: number) => `${kind}0000000-0000-4000-8000-0000000001${String(n).padStart(2, '0')}`;

const variants = (table: string, place: string, kind: string, all: readonly Variant['fields'][]): Variant[] =>
  all.map((fields, n) => ({ table, place, id: idOf(kind, n), fields }));

/** Nothing stands in the way of it. */
const free = { encryption_key_id: null, snapshot_count: 0, attachment_states: {}, image_metadata: null };

const attached = idOf('a', 0);
const groupOfVolume = idOf('a', 41);
const legacyGroup = '00000000-0000-4000-8000-000000000012';

const replicated = idOf('e', 60);
const replicatedType = idOf('3', 61);
const replicatedGroup = idOf('a', 42);

const volumes = variants('volumes', 'volume_id', '1', [
  free,
  { ...free, status: 'in-use', attach_status: 'attached', attachment_states: { [attached]: { status: 'attached' } } },
  { ...free, status: 'error' },
  { ...free, status: 'attaching', attach_status: 'attaching' },
  {
    ...free,
    status: 'detaching',
    attach_status: 'attached',
    attachment_states: { [attached]: { status: 'attached' } },
  },
  { ...free, status: 'awaiting-transfer' },
  { ...free, status: 'reserved' },
  { ...free, status: 'extending', admin_metadata: { extend_new_size: '3' } },
  { ...free, group_id: groupOfVolume },
  { ...free, migration_status: 'starting' },
  { ...free, bootable: true, image_metadata: { image_id: idOf('6', 1), min_disk: '0' } },
  { ...free, snapshot_count: 1 },
  { ...free, status: 'extending', admin_metadata: { extend_new_size: '3', extend_reservations: '1' } },
  { ...free, group_id: places.group_id?.own },
  { ...free, group_id: places.consistencygroup_id?.own },
  { ...free, group_id: replicatedGroup, volume_type_id: replicatedType },
]);
/** What a snapshot that nothing stands in the way of is of. */
const withSnapshot = volumes[11];

const groups = variants('groups', 'group_id', 'a', [
  { snapshot_count: 0 },
  { snapshot_count: 0, status: 'error' },
  { snapshot_count: 0, group_type_id: replicated, replication_status: 'enabled' },
]).map((one, n) => ({ ...one, id: idOf('a', 40 + n), fields: { ...one.fields, volume_count: n === 0 ? 0 : 1 } }));

const all: readonly Variant[] = [
  ...groups,
  ...variants('groups', 'consistencygroup_id', 'c', [
    { snapshot_count: 0, group_type_id: legacyGroup },
    { snapshot_count: 0, group_type_id: legacyGroup, status: 'error' },
  ]),
  ...volumes,
  ...variants('snapshots', 'snapshot_id', '2', [
    { status: 'creating' },
    { status: 'deleting' },
    { status: 'error' },
    { volume_id: withSnapshot?.id },
  ]),
  ...variants('backups', 'backup_id', '8', [{ status: 'error' }, { encryption_key_id: null }, { dependent_count: 1 }]),
  ...variants('attachments', 'attachment_id', 'a', [
    { volume_id: volumes[1]?.id, attach_status: 'attached', attached_at: '2026-11-23T10:00:00Z' },
  ]),
  ...variants('transfers', 'transfer_id', '9', [{ volume_id: volumes[5]?.id }]),
];

/** What test/fuzz/accepted.ts refers to. */
export const fuzzed = {
  freeVolume: volumes[0]?.id ?? '',
  extendingVolume: volumes[12]?.id ?? '',
  replicatedGroup,
  otherPool: 'world@two#pool',
  otherCluster: 'worlds@two',
  frozenHost: 'world@three',
  plainType: 'type-plain',
  image: idOf('6', 1),
  importedBackup: idOf('8', 90),
  transfer: idOf('9', 0),
  transferKey: 'a key that opens',
  imageKey: idOf('f', 61),
  waitingOperation: idOf('f', 60),
  /** The one event in the log, which the project's subscription has had: its id, and its place in the log. */
  event: '900000',
  cursor: '1-900000',
} as const;

/** The values that a name in a path may have besides those of the world. */
export const alternatives: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [...new Set(all.map((one) => one.place))].map((place) => [
      place,
      all.filter((one) => one.place === place).map((one) => one.id),
    ]),
  ),
  cluster_name: [fuzzed.otherCluster],
};

const own = (place: string) => places[place]?.own ?? '';

const statesOf = ['available', 'error', 'creating', 'deleting', 'error_deleting', 'in-use', 'attached', 'detached'];

/** What fields and parameters of a name are likely to mean something with. */
export function likely(name: string): readonly string[] {
  const asPlace: Readonly<Record<string, string>> = {
    vol_type_id: 'volume_type_id',
    source_volid: 'volume_id',
    source_group_id: 'group_id',
    volume: 'volume_id',
    new_volume: 'volume_id',
    volume_uuid: 'volume_id',
    cluster: 'cluster_name',
  };
  const place = asPlace[name] ?? name;
  const found = Object.hasOwn(places, place) ? places[place] : undefined;
  if (found !== undefined) return [found.own, ...(alternatives[place] ?? [])];
  const words: Readonly<Record<string, readonly string[]>> = {
    host: [worldHost, `${worldHost}#pool`, 'world@two', 'world@two#pool'],
    level: ['DEBUG', 'INFO', 'WARNING', 'ERROR'],
    backup_service: ['cinder.backup.drivers.scoria.ChunkedBackupDriver'],
    new_type: ['type-own', '__DEFAULT__'],
    status: statesOf,
    progress: ['50%'],
    url: ['https://receiver.example/hook', 'https://other.example:8443/hook?of=volumes'],
    types: ['*', 'volume.*', 'volume.create.end'],
    type: ['volume.*', 'volume.create.end,snapshot.*'],
    event: [fuzzed.event],
    after: ['0-0', '1-0', fuzzed.cursor],
    until: [fuzzed.cursor, '2-0'],
    resource: [own('volume_id'), `volume/${own('volume_id')}`, `snapshot/${own('snapshot_id')}`],
    order: ['oldest', 'newest'],
    kind: ['volume.create'],
  };
  return Object.hasOwn(words, name) ? (words[name] ?? []) : [];
}

/** The variants of one place in one statement: the world is made anew thousands of times. */
const copies = [...Map.groupBy(all, ({ place }) => place)].map(([place, variants]) => {
  const changed = variants.map(({ id, fields }) => ({ id, name: `variant ${id}`, ...fields }));
  const table = variants[0]?.table;
  return sql(
    `world.variants-${place}`,
    `INSERT INTO ${table} SELECT (jsonb_populate_record(o, x)).*
FROM ${table} o, jsonb_array_elements('${JSON.stringify(changed)}'::jsonb) x WHERE o.id = '${places[place]?.own}'::uuid`,
  );
});

/** A type of groups that are replicated, and one of volumes that asks for nothing. */
const types = sql(
  'test.world.more-types',
  `WITH replicated AS (
  INSERT INTO group_types (id, name, group_specs, created_at)
  SELECT '${replicated}'::uuid, 'replicated', '{"group_replication_enabled": "<is> True"}'::jsonb, t.created_at
  FROM group_types t WHERE t.id = '${places.group_type_id?.own}'::uuid
)
INSERT INTO volume_types (id, name, is_public, extra_specs, created_at)
SELECT o.id::uuid, o.name, TRUE, o.specs::jsonb, t.created_at FROM volume_types t,
  (VALUES ('${idOf('3', 60)}', '${fuzzed.plainType}', '{}'),
    ('${replicatedType}', 'type-replicated', '{"replication_enabled": "<is> True"}')) AS o (id, name, specs)
WHERE t.name = '__DEFAULT__'`,
);

/** A second back end, types for groups, and a QoS spec that a type has. */
const surroundings = sql(
  'test.world.surroundings',
  `WITH second AS (
  INSERT INTO pools (name, backend, availability_zone, total_gib, free_gib, updated_at)
  SELECT 'world@two#pool', 'world@two', 'nova', 1000, 1000, p.updated_at FROM pools p WHERE p.name = '${worldHost}#pool'
), up AS (
  UPDATE services SET updated_at = '2999-01-01T00:00:00Z'::timestamptz,
    replication_status = CASE WHEN host = '${worldHost}' THEN 'enabled' ELSE replication_status END
  WHERE "binary" <> 'cinder-backup'
), cluster AS (
  INSERT INTO clusters (name, "binary", created_at)
  SELECT '${fuzzed.otherCluster}', c."binary", c.created_at FROM clusters c
), service AS (
  INSERT INTO services (id, host, "binary", availability_zone, cluster_name, created_at, updated_at, frozen, disabled)
  SELECT o.id::uuid, o.host, 'cinder-volume', 'nova', o.cluster, s.created_at, '2999-01-01T00:00:00Z'::timestamptz, o.frozen, o.frozen
  FROM services s, (VALUES ('50000000-0000-4000-8000-000000000003', 'world@two', '${fuzzed.otherCluster}', FALSE),
    ('50000000-0000-4000-8000-000000000004', '${fuzzed.frozenHost}', NULL, TRUE)) AS o (id, host, cluster, frozen)
  WHERE s.host = '${worldHost}'
), replicating AS (
  UPDATE pools SET capabilities = capabilities || '{"replication_targets": ["elsewhere"]}'::jsonb
  WHERE backend = '${worldHost}'
), waiting AS (
  INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, lease_until, deadline,
    created_at, updated_at)
  SELECT '${fuzzed.waitingOperation}'::uuid, 'volume.extend', 'volume', '${fuzzed.extendingVolume}'::uuid, '${projects.own}', 'u',
    'volume:${worldHost}', 'completion', s.updated_at, '2999-01-01T00:00:00Z'::timestamptz, s.created_at, s.created_at
  FROM services s WHERE s.host = '${worldHost}'
), filled AS (
  UPDATE groups SET volume_count = 1
  WHERE id IN ('${places.group_id?.own}'::uuid, '${places.consistencygroup_id?.own}'::uuid)
), opened AS (
  UPDATE transfers SET crypt_hash = :hash::text WHERE id = '${fuzzed.transfer}'::uuid
), image_key AS (
  INSERT INTO encryption_keys (id, image_id, project_id, user_id, algorithm, bit_length, mode, material, sealed_as, created_at)
  SELECT '${fuzzed.imageKey}'::uuid, '${fuzzed.image}'::uuid, '${projects.own}', 'u', k.algorithm, k.bit_length, k.mode,
    k.material, k.sealed_as, k.created_at
  FROM encryption_keys k WHERE k.id = '${places.secret_id?.own}'::uuid
), member AS (
  INSERT INTO group_volume_types (group_id, volume_type_id)
  SELECT g.id, t.id FROM groups g, volume_types t
  WHERE t.name = '__DEFAULT__' AND g.id NOT IN (SELECT m.group_id FROM group_volume_types m)
), happened AS (
  INSERT INTO events (transaction, sequence, type, resource_type, resource_id, project_id, request_id, data, at)
  OVERRIDING SYSTEM VALUE
  SELECT 1, ${fuzzed.event}, 'volume.create.end', 'volume', v.id, v.project_id, 'req-1', '{}'::jsonb,
    v.created_at
  FROM volumes v WHERE v.id = '${own('volume_id')}'::uuid
), told AS (
  UPDATE subscriptions SET transaction = 1, sequence = ${fuzzed.event}
), associated AS (
  UPDATE volume_types SET qos_specs_id = '${places.qos_id?.own}'::uuid WHERE id = '${places.volume_type_id?.own}'::uuid
)
DELETE FROM volume_type_encryption WHERE volume_type_id = '${places.volume_type_id?.foreign}'::uuid`,
);

/** The world of every test, with the variants. */
export async function seedFuzzWorld(database: Database): Promise<void> {
  await seedWorld(database);
  for (const statement of [types, ...copies]) await database.all(statement);
  await database.all(surroundings, { hash: await hashKey(webDigests(), 'salt', fuzzed.transferKey) });
}
