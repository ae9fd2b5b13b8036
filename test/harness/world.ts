// The rows that tests of every operation ask about: one of each kind in the project `own`, one in `other`.
import { type Database, sql } from '../../infra/database/port.ts';
import { embeddedKeys } from '../../infra/keys/embedded.ts';
import { rowsWithSecrets } from './canaries.ts';
import { projects } from './people.ts';
import { testSecrets } from './secrets.ts';

const uuidOf = (kind: number | string, n: number) => `${kind}0000000-0000-4000-8000-00000000000${n}`;

/** How a value in a path finds its target. */
export interface Place {
  /**
   * - `scoped`: a row of a project; another project's is not found.
   * - `project`: the id of a project; another project's is refused.
   * - `named`: something that everybody sees by its name.
   * - `free`: any value is one.
   * - `none`: nothing is ever there.
   */
  readonly kind: 'scoped' | 'project' | 'named' | 'free' | 'none';
  readonly own: string;
  readonly foreign: string;
  readonly absent: string;
  /** Rules are asked before existence, so that a refusal is 403 whatever is there. */
  readonly policyFirst?: true;
}

const scoped = (kind: number | string): Place => ({
  kind: 'scoped',
  own: uuidOf(kind, 1),
  foreign: uuidOf(kind, 2),
  absent: uuidOf(kind, 9),
});
const same = (kind: 'named' | 'free' | 'none', value: string, absent: string): Place => ({
  kind,
  own: value,
  foreign: value,
  absent,
});

/** The key that every map of the world has. It is one of the three extra specs that everybody sees. */
export const worldKey = 'multiattach';
export const worldHost = 'world@one';
/** The cluster that its service belongs to. */
export const worldCluster = 'worlds@one';

/** Every name between braces in the path of an operation. A new one needs a row here, and in seedWorld(). */
export const places: Readonly<Record<string, Place>> = {
  volume_id: scoped(1),
  attachment_id: scoped('a'),
  snapshot_id: scoped(2),
  message_id: scoped(3),
  volume_type_id: { ...scoped(4), policyFirst: true },
  target_project_id: {
    kind: 'project',
    own: projects.own,
    foreign: projects.other,
    absent: 'c0000000000000000000000000000003',
    policyFirst: true,
  },
  backup_id: scoped(8),
  class_name: same('free', 'gold', 'silver'),
  alias: same('named', 'backups', 'nowhere'),
  key: same('free', worldKey, worldKey),
  group_id: scoped('a'),
  group_snapshot_id: scoped('b'),
  consistencygroup_id: scoped('c'),
  cgsnapshot_id: scoped('d'),
  group_type_id: { ...same('named', uuidOf('e', 1), uuidOf('e', 9)), policyFirst: true },
  image_id: same('none', uuidOf(6, 1), uuidOf(6, 9)),
  qos_id: { ...scoped(7), policyFirst: true },
  transfer_id: scoped(9),
  secret_id: scoped('f'),
  encryption_id: same('free', 'provider', 'provider'),
  encryption_key: same('free', 'encryption_key_id', 'encryption_key_id'),
  host_name: { ...same('named', worldHost, 'nowhere@one'), policyFirst: true },
  operation_id: scoped(5),
  schedule_id: scoped(0),
  subscription_id: scoped(6),
  cluster_name: { ...same('named', worldCluster, 'nowhere@one'), policyFirst: true },
};

export type Target = 'own' | 'foreign' | 'absent';

const at = `'2026-11-23T10:00:00Z'::timestamptz`;
const map = `'{"${worldKey}": "<is> True"}'::jsonb`;
const defaultType = `'00000000-0000-4000-8000-000000000001'::uuid`;

/** One row for each of the two projects. */
const pair = (row: (id: 'own' | 'foreign', project: string) => string) =>
  `${row('own', projects.own)}, ${row('foreign', projects.other)}`;
const id = (place: string, which: 'own' | 'foreign') => `'${places[place]?.[which]}'::uuid`;

const emptied = [
  'group_snapshots',
  'groups',
  'attachments',
  'backups',
  'snapshots',
  'snapshot_schedules',
  'messages',
  'operations',
  'subscriptions',
  'deliveries',
  'events',
  'quotas',
  'quota_usages',
  'volume_type_access',
  'default_volume_types',
  'services',
  'clusters',
  'pools',
];

// DELETE and not TRUNCATE: 2 ms instead of 60 where there are few rows.
const clear = sql(
  'test.world.clear',
  `WITH ${emptied.map((table, n) => `d${n} AS (DELETE FROM ${table})`).join(', ')} DELETE FROM volumes`,
);
const clearTypes = sql('test.world.clear-types', `DELETE FROM volume_types WHERE id <> ${defaultType}`);
const clearQos = sql('test.world.clear-qos', 'DELETE FROM qos_specs');

const genericGroupType = `'00000000-0000-4000-8000-000000000011'::uuid`;
const legacyGroupType = `'00000000-0000-4000-8000-000000000012'::uuid`;
const clearGroupTypes = sql(
  'test.world.clear-group-types',
  `DELETE FROM group_types WHERE id NOT IN (${genericGroupType}, ${legacyGroupType})`,
);

/** A group and its snapshot for each of the two projects, under the names of the two APIs. */
const groups = (place: string, snapshot: string, type: string) => `${place}s AS (
  INSERT INTO groups (id, project_id, user_id, name, status, availability_zone, group_type_id, backend, snapshot_count,
    created_at)
  VALUES ${pair(
    (which, project) => `(${id(place, which)}, '${project}', 'u', 'group-${which}', 'available', 'nova', ${type},
    '${worldHost}', 1, ${at})`,
  )}
), ${place}_types AS (
  INSERT INTO group_volume_types (group_id, volume_type_id)
  VALUES ${pair((which) => `(${id(place, which)}, ${defaultType})`)}
), ${snapshot}s AS (
  INSERT INTO group_snapshots (id, project_id, user_id, group_id, group_type_id, name, status, created_at)
  VALUES ${pair(
    (which, project) => `(${id(snapshot, which)}, '${project}', 'u', ${id(place, which)}, ${type}, 'group-${which}',
    'available', ${at})`,
  )}
)`;

/** A key that opens, as the volume and the backup of a project have it: seedWorld() seals it. */
const keyColumns = (which: 'own' | 'foreign') =>
  `'aes', 256, 'xts', :${which}_key::text, ${id('secret_id', which)}, ${at}`;
const backupKey = (which: 'own' | 'foreign') => `'${uuidOf('f', which === 'own' ? 3 : 4)}'::uuid`;

const seed = sql(
  'test.world.seed',
  `WITH types AS (
  INSERT INTO volume_types (id, name, is_public, extra_specs, created_at)
  VALUES ${pair((which) => `(${id('volume_type_id', which)}, 'type-${which}', false, ${map}, ${at})`)}
), access AS (
  INSERT INTO volume_type_access (volume_type_id, project_id, created_at)
  VALUES ${pair((which, project) => `(${id('volume_type_id', which)}, '${project}', ${at})`)}
), volumes AS (
  INSERT INTO volumes (id, project_id, user_id, name, size_gib, status, availability_zone, host, cluster_name,
    volume_type_id, metadata, image_metadata, encryption_key_id, snapshot_count, attachment_states, created_at)
  VALUES ${pair(
    (which, project) => `(${id('volume_id', which)}, '${project}', 'u', 'volume-${which}', 2, 'available', 'nova',
    '${worldHost}#pool', '${worldCluster}#pool', ${defaultType}, ${map}, ${map}, ${id('secret_id', which)}, 1,
    jsonb_build_object('${places.attachment_id?.[which]}', '{"status": "reserved"}'::jsonb), ${at})`,
  )}
), snapshots AS (
  INSERT INTO snapshots (id, project_id, user_id, volume_id, name, size_gib, status, metadata, volume_type_id,
    created_at)
  VALUES ${pair(
    (which, project) => `(${id('snapshot_id', which)}, '${project}', 'u', ${id('volume_id', which)},
    'snapshot-${which}', 2, 'available', ${map}, ${defaultType}, ${at})`,
  )}
), attachments AS (
  INSERT INTO attachments (id, volume_id, project_id, attach_status, created_at)
  VALUES ${pair(
    (which, project) => `(${id('attachment_id', which)}, ${id('volume_id', which)}, '${project}', 'reserved', ${at})`,
  )}
), backups AS (
  INSERT INTO backups (id, project_id, user_id, volume_id, name, container, size_gib, status, metadata,
    encryption_key_id, host, location, data_timestamp, created_at)
  VALUES ${pair(
    (which, project) => `(${id('backup_id', which)}, '${project}', 'u', ${id('volume_id', which)}, 'backup-${which}',
    'volumebackups', 2, 'available', ${map}, ${backupKey(which)}, '${worldHost}', 'manifests/v/b.json', ${at}, ${at})`,
  )}
), keys AS (
  INSERT INTO encryption_keys (id, volume_id, backup_id, algorithm, bit_length, mode, material, sealed_as, created_at)
  VALUES ${pair(
    (which) => `(${id('secret_id', which)}, ${id('volume_id', which)}, NULL, ${keyColumns(which)}),
      (${backupKey(which)}, NULL, ${id('backup_id', which)}, ${keyColumns(which)})`,
  )}
), messages AS (
  INSERT INTO messages (id, project_id, request_id, resource_type, resource_uuid, action_id, detail_id, event_id,
    created_at, expires_at)
  VALUES ${pair(
    (which, project) => `(${id('message_id', which)}, '${project}', 'req-1', 'VOLUME', ${id('volume_id', which)},
    '001', '003', 'VOLUME_VOLUME_001_003', ${at}, '2999-01-01T00:00:00Z'::timestamptz)`,
  )}
), encryption AS (
  INSERT INTO volume_type_encryption (volume_type_id, encryption_id, provider, control_location, created_at)
  VALUES ${pair((which) => `(${id('volume_type_id', which)}, ${id('volume_type_id', which)}, 'luks', 'front-end', ${at})`)}
), group_type AS (
  INSERT INTO group_types (id, name, group_specs, created_at)
  VALUES (${id('group_type_id', 'own')}, 'group-type', ${map}, ${at})
), ${groups('group_id', 'group_snapshot_id', genericGroupType)},
${groups('consistencygroup_id', 'cgsnapshot_id', legacyGroupType)}, qos AS (
  INSERT INTO qos_specs (id, name, consumer, specs, created_at)
  VALUES ${pair((which) => `(${id('qos_id', which)}, 'qos-${which}', 'back-end', ${map}, ${at})`)}
), transfers AS (
  INSERT INTO transfers (id, volume_id, name, salt, crypt_hash, source_project_id, created_at)
  VALUES ${pair(
    (which, project) => `(${id('transfer_id', which)}, ${id('volume_id', which)}, 'transfer-${which}', 'salt', 'hash',
    '${project}', ${at})`,
  )}
), defaults AS (
  INSERT INTO default_volume_types (project_id, volume_type_id, created_at)
  SELECT p.id, ${defaultType}, ${at}
  FROM (VALUES ('${projects.own}'), ('${projects.other}'), ('${places.target_project_id?.absent}')) AS p (id)
), limits AS (
  INSERT INTO quotas (project_id, resource, hard_limit)
  SELECT p.id, r.name, -1 FROM (VALUES ('${projects.own}'), ('${projects.other}')) AS p (id),
    (VALUES ('volumes'), ('gigabytes'), ('snapshots'), ('backups'), ('backup_gigabytes')) AS r (name)
), usages AS (
  INSERT INTO quota_usages (project_id, resource, in_use)
  SELECT p.id, r.name, r.used FROM (VALUES ('${projects.own}'), ('${projects.other}')) AS p (id),
    (VALUES ('volumes', 1), ('gigabytes', 4), ('volume_gigabytes', 2), ('snapshots', 1), ('backups', 1),
      ('backup_gigabytes', 2), ('snapshot_schedules', 1)) AS r (name, used)
), operations AS (
  INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, status, lease_until,
    deadline, created_at, updated_at)
  VALUES ${pair(
    (which, project) => `(${id('operation_id', which)}, 'volume.create', 'volume', ${id('volume_id', which)},
    '${project}', 'u', 'volume:${worldHost}', 'create', 'done', ${at}, ${at}, ${at}, ${at})`,
  )}
), subscriptions AS (
  INSERT INTO subscriptions (id, project_id, user_id, url, types, secret, transaction, sequence, created_at)
  VALUES ${pair(
    (which, project) => `(${id('subscription_id', which)}, '${project}', 'u', 'https://receiver.example/${which}',
    '["*"]'::jsonb, 'sealed', 0, 0, ${at})`,
  )}
), deliveries AS (
  INSERT INTO deliveries (id, subscription_id, project_id, transaction, sequence, event_type, resource_id, status,
    created_at, updated_at)
  VALUES ${pair(
    (which, project) => `(${id('subscription_id', which)}, ${id('subscription_id', which)}, '${project}', 1, 1,
    'volume.create.end', ${id('volume_id', which)}, 'delivered', ${at}, ${at})`,
  )}
), schedules AS (
  INSERT INTO snapshot_schedules (id, project_id, user_id, name, cron, timezone, volume_metadata, keep_count, name_template,
    created_at)
  VALUES ${pair(
    (which, project) => `(${id('schedule_id', which)}, '${project}', 'u', 'nightly', '0 3 * * *', 'UTC', ${map}, 1,
    '{time}', ${at})`,
  )}
), pools AS (
  INSERT INTO pools (name, backend, availability_zone, total_gib, free_gib, updated_at)
  VALUES ('${worldHost}#pool', '${worldHost}', 'nova', 1000, 1000, ${at})
), cluster AS (
  INSERT INTO clusters (name, "binary", created_at) VALUES ('${worldCluster}', 'cinder-volume', ${at})
)
INSERT INTO services (id, host, "binary", availability_zone, cluster_name, created_at, updated_at)
VALUES ('50000000-0000-4000-8000-000000000001'::uuid, '${worldHost}', 'cinder-volume', 'nova', '${worldCluster}', ${at},
    ${at}),
  -- Always up: a request for a backup must not depend on the day of the test.
  ('50000000-0000-4000-8000-000000000002'::uuid, 'world', 'cinder-backup', 'nova', NULL, ${at},
    '2999-01-01T00:00:00Z'::timestamptz)`,
);

/** Empties the tables and fills them with the world, whatever was there. */
export async function seedWorld(database: Database): Promise<void> {
  const found = await rowsWithSecrets(database); // before they are emptied
  if (found.length > 0) throw new Error(`secrets where none belong: ${JSON.stringify(found)}`);
  for (const statement of [clear, clearTypes, clearQos, clearGroupTypes]) await database.all(statement);
  const sealed = (which: 'own' | 'foreign') => embeddedKeys(testSecrets).make(32, places.secret_id?.[which] ?? '');
  await database.all(seed, { own_key: await sealed('own'), foreign_key: await sealed('foreign') });
}

const tables = [
  'volumes', 'snapshots', 'volume_types', 'volume_type_access', 'quotas', 'quota_classes', 'quota_usages', 'operations',
  'events', 'subscriptions', 'deliveries', 'messages', 'services', 'clusters', 'attachments', 'backups', 'pools', 'qos_specs', 'volume_type_encryption',
  'default_volume_types', 'transfers', 'encryption_keys', 'groups', 'group_types', 'group_volume_types', 'group_snapshots',
  'volume_metadata_counts', 'snapshot_schedules',
]; // biome-ignore format: a list reads best as one

const digestText = sql(
  'test.world.digest',
  tables.map((table) => `SELECT '${table}' AS name, md5(string_agg(x::text, '' ORDER BY x::text)) AS digest
FROM ${table} x`).join('\nUNION ALL '),
); // biome-ignore format: one line a table

/** What all rows together come to: equal when nothing has changed. */
export async function digest(database: Database): Promise<string> {
  return JSON.stringify(await database.all(digestText));
}
