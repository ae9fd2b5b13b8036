// What a claim can return, as typed parts: each kind of work names those that it needs.
import { DriverError } from '../driver.ts';
import type { Need } from './work.ts';

/** A volume as drivers see it. */
export interface VolumeJson {
  readonly id: string;
  /** The id under which the back end knows it, when that is another one. */
  readonly name_id: string | null;
  readonly size_gib: number;
  readonly host: string | null;
  readonly location: string | null;
  readonly extra_specs: Readonly<Record<string, string>> | null;
  /** The QoS specs of its type that the back end must enforce. */
  readonly qos_specs: Readonly<Record<string, string>> | null;
  /** Its type is encrypted, and the back end opens it for hosts. */
  readonly is_opened_by_backend: boolean;
}

/** What some work needs to know about a volume as well. */
export interface VolumeMore {
  /** Its status before the work began. */
  readonly previous_status: string | null;
  readonly snapshot_count: number;
  readonly availability_zone: string | null;
  /** It is being created from an object that is not ours: see schema/migrations/0015-manage.sql. */
  readonly is_adopting: boolean;
  readonly is_encrypted: boolean;
}

const more: Readonly<Record<keyof VolumeMore, (v: string) => string>> = {
  previous_status: (v) => `${v}.previous_status`,
  snapshot_count: (v) => `${v}.snapshot_count`,
  availability_zone: (v) => `${v}.availability_zone`,
  is_adopting: (v) => `${v}.adopts IS NOT NULL`,
  is_encrypted: (v) => `${v}.encryption_key_id IS NOT NULL`,
};

/** The volume `v` as the JSON of VolumeJson, with `more` of it. */
export function volumeJson(v: string, ...names: readonly (keyof VolumeMore)[]): string {
  const further = names.map((name) => `, '${name}', ${more[name](v)}`).join('');
  return `json_build_object('id', ${v}.id, 'name_id', ${v}.name_id, 'size_gib', ${v}.size_gib, 'host', ${v}.host,
    'location', ${v}.location,
    'extra_specs', (SELECT t.extra_specs FROM volume_types t WHERE t.id = ${v}.volume_type_id),
    'qos_specs', (SELECT q.specs FROM volume_types t JOIN qos_specs q ON q.id = t.qos_specs_id
      WHERE t.id = ${v}.volume_type_id AND q.consumer IN ('back-end', 'both')),
    'is_opened_by_backend', ${v}.encryption_key_id IS NOT NULL AND EXISTS (SELECT 1 FROM volume_type_encryption e
      WHERE e.volume_type_id = ${v}.volume_type_id AND e.control_location = 'back-end')${further})`;
}

export interface SnapshotJson {
  readonly id: string;
  readonly location: string | null;
  readonly size_gib: number;
  readonly is_adopting: boolean;
}

const snapshotJson = (
  s: string,
) => `json_build_object('id', ${s}.id, 'location', ${s}.location, 'size_gib', ${s}.size_gib,
    'is_adopting', ${s}.adopts IS NOT NULL)`;

/** A part that is required. */
function fragment<T>(sql: string, absent: string): Need<T> {
  return {
    sql,
    read(value) {
      if (value === null) throw new DriverError('gone', absent);
      return value as T; // `sql` builds it
    },
  };
}

/** A part that may be gone; then there is less to do. */
function orNull<T>(sql: string): Need<T | null> {
  return { sql, read: (value) => value as T | null }; // `sql` builds it
}

const absent = 'The resource does not exist any more.';
const snapshotAbsent = 'The snapshot does not exist any more.';

type Volume<More extends keyof VolumeMore> = VolumeJson & Pick<VolumeMore, More>;
const ofOperation = (names: readonly (keyof VolumeMore)[]) =>
  `(SELECT ${volumeJson('v', ...names)} FROM volumes v WHERE v.id = c.resource_id)`;

/** The volume that the operation is about. */
export const volume = <const More extends keyof VolumeMore = never>(...names: More[]) =>
  fragment<Volume<More>>(ofOperation(names), absent);

export const volumeOrNull = <const More extends keyof VolumeMore = never>(...names: More[]) =>
  orNull<Volume<More>>(ofOperation(names));

const ofArguments = (names: readonly (keyof VolumeMore)[]) =>
  `(SELECT ${volumeJson('v', ...names)} FROM volumes v WHERE v.id = (c.arguments->>'volume_id')::uuid)`;

/** The volume named in the arguments. */
export const volumeOfArguments = <const More extends keyof VolumeMore = never>(...names: More[]) =>
  fragment<Volume<More>>(ofArguments(names), absent);

export const volumeOfArgumentsOrNull = <const More extends keyof VolumeMore = never>(...names: More[]) =>
  orNull<Volume<More>>(ofArguments(names));

/** All snapshots of the volume. */
export const snapshotsOfVolume: Need<readonly SnapshotJson[]> = {
  sql: `(SELECT json_agg(${snapshotJson('d')}) FROM snapshots d WHERE d.volume_id = c.resource_id)`,
  read: (value) => (value ?? []) as SnapshotJson[], // json_agg() of no rows is null
};

/** The snapshot that the operation is about, and its volume. */
export interface SnapshotOfVolume {
  readonly snapshot: SnapshotJson;
  readonly volume: VolumeJson;
}
const snapshotSql = `(SELECT json_build_object('volume', ${volumeJson('v')}, 'snapshot', ${snapshotJson('s')})
    FROM snapshots s JOIN volumes v ON v.id = s.volume_id WHERE s.id = c.resource_id)`;
export const snapshot = fragment<SnapshotOfVolume>(snapshotSql, absent);
export const snapshotOrNull = orNull<SnapshotOfVolume>(snapshotSql);

const named = `(SELECT ${snapshotJson('n')} FROM snapshots n WHERE n.id = (c.arguments->>'snapshot_id')::uuid)`;
/** The snapshot named in the arguments. */
export const snapshotOfArgumentsOrNull = orNull<SnapshotJson>(named);
export const snapshotOfArguments = fragment<SnapshotJson>(named, snapshotAbsent);

/** What a new volume is created from: a snapshot, a volume, or neither. */
export type Origin =
  | (SnapshotOfVolume & { readonly is: 'snapshot' })
  | { readonly is: 'volume'; readonly volume: VolumeJson };
export const origin = orNull<Origin>(`(SELECT COALESCE(
    (SELECT json_build_object('is', 'snapshot', 'snapshot', ${snapshotJson('s')}, 'volume', ${volumeJson('sv')})
      FROM snapshots s JOIN volumes sv ON sv.id = s.volume_id WHERE s.id = v.snapshot_id),
    (SELECT json_build_object('is', 'volume', 'volume', ${volumeJson('w')}) FROM volumes w WHERE w.id = v.source_volid))
    FROM volumes v WHERE v.id = c.resource_id)`);

/** The host of a new volume's source. */
export const originHost = orNull<string>(`(SELECT to_json(COALESCE(
    (SELECT sv.host FROM snapshots s JOIN volumes sv ON sv.id = s.volume_id WHERE s.id = v.snapshot_id),
    (SELECT w.host FROM volumes w WHERE w.id = v.source_volid))) FROM volumes v WHERE v.id = c.resource_id)`);

/** The back end of the volume's group; null until its first volume is placed. */
export const groupBackend = orNull<string>(`(SELECT to_json(g.backend) FROM volumes v JOIN groups g ON g.id = v.group_id
    WHERE v.id = c.resource_id)`);

/** What a retype changes; null when the type is gone, or none was named. */
export interface TypeJson {
  readonly id: string;
  readonly extra_specs: Readonly<Record<string, string>>;
  readonly qos_specs: Readonly<Record<string, string>> | null;
}
export const newType =
  orNull<TypeJson>(`(SELECT json_build_object('id', n.id, 'extra_specs', n.extra_specs, 'qos_specs',
      (SELECT q.specs FROM qos_specs q WHERE q.id = n.qos_specs_id AND q.consumer IN ('back-end', 'both')))
    FROM volume_types n WHERE n.id = (c.arguments->>'new_type_id')::uuid)`);

/** The QoS specs of the volume's type for the hypervisor. */
export const frontEndSpecs = orNull<Readonly<Record<string, string>>>(`(SELECT q.specs FROM volumes v
    JOIN volume_types t ON t.id = v.volume_type_id JOIN qos_specs q ON q.id = t.qos_specs_id
    WHERE v.id = c.resource_id AND q.consumer <> 'back-end')`);

export interface AttachmentJson {
  readonly id: string;
  readonly status: string;
  /** The server. */
  readonly instance: string | null;
  readonly connector: Readonly<Record<string, unknown>> | null;
}
/** The attachments of the volume. */
export const attachments: Need<readonly AttachmentJson[]> = {
  sql: `(SELECT json_agg(json_build_object('id', x.id, 'status', x.attach_status, 'instance', x.instance_uuid,
      'connector', x.connector)) FROM attachments x WHERE x.volume_id = c.resource_id)`,
  read: (value) => (value ?? []) as AttachmentJson[], // json_agg() of no rows is null
};

/** Where the worker formats an encrypted volume: its key as it is stored, and how it is used. */
export interface EncryptionJson {
  readonly key_id: string;
  /** Encrypted, in our own table; null: a key manager has it. */
  readonly material: string | null;
  readonly sealed_as: string | null;
  /** The cipher that its type demands; null: any. */
  readonly key_size: number | null;
}
export const encryption =
  orNull<EncryptionJson>(`(SELECT json_build_object('key_id', v.encryption_key_id, 'material', k.material,
      'sealed_as', k.sealed_as, 'key_size', e.key_size) FROM volumes v
    LEFT JOIN encryption_keys k ON k.id = v.encryption_key_id
    LEFT JOIN volume_type_encryption e ON e.volume_type_id = v.volume_type_id
    WHERE v.id = c.resource_id AND v.encryption_key_id IS NOT NULL
      AND (jsonb_exists(c.arguments, 'image') OR e.control_location = 'back-end'))`);

/** A backup. */
export interface BackupJson {
  readonly id: string;
  readonly volume_id: string;
  readonly location: string | null;
  readonly parent_id: string | null;
  readonly parent_location: string | null;
}
const backupSql = (
  where: string,
) => `(SELECT json_build_object('id', b.id, 'volume_id', b.volume_id, 'location', b.location,
    'parent_id', b.parent_id, 'parent_location', (SELECT p.location FROM backups p WHERE p.id = b.parent_id))
    FROM backups b WHERE b.id = ${where})`;
const backupAbsent = 'The backup does not exist any more.';
export const backup = fragment<BackupJson>(backupSql('c.resource_id'), backupAbsent);
export const backupOrNull = orNull<BackupJson>(backupSql('c.resource_id'));
/** The backup named in the arguments; null when none is named, or it is gone. */
export const backupOfArguments = orNull<BackupJson>(backupSql(`(c.arguments->>'backup_id')::uuid`));

/** The volume that a backup was made from. */
export const volumeOfBackup =
  orNull<VolumeJson>(`(SELECT ${volumeJson('v')} FROM backups b JOIN volumes v ON v.id = b.volume_id
    WHERE b.id = c.resource_id)`);

/** A volume of a group. */
const members = <T>(sql: string): Need<readonly T[]> => ({
  sql,
  read: (value) => (value ?? []) as T[], // json_agg() of no rows is null
});
/** The volumes of a group. */
export const groupVolumes = members<VolumeJson>(
  `(SELECT json_agg(${volumeJson('v')} ORDER BY v.id) FROM volumes v WHERE v.group_id = c.resource_id)`,
);
/** The snapshots of a group snapshot. */
export const groupSnapshots =
  members<SnapshotOfVolume>(`(SELECT json_agg(json_build_object('volume', ${volumeJson('v')},
      'snapshot', ${snapshotJson('s')}) ORDER BY s.id)
    FROM snapshots s JOIN volumes v ON v.id = s.volume_id WHERE s.group_snapshot_id = c.resource_id)`);

/** The token of the request, encrypted: see onImages(). */
export interface Sealed {
  readonly id: string;
  /** Encrypted for the purpose `operation:<id>`; null when it is no longer there. */
  readonly secret: string | null;
}
export const sealedToken: Need<Sealed> = { read: (_, { id, secret }) => ({ id, secret }) };

/** An argument of the operation. */
const argument =
  <T>(read: (value: unknown) => T) =>
  (name: string): Need<T> => ({ read: (_, { arguments: given }) => read(given[name]) });
export const text = argument((value) => (typeof value === 'string' ? value : null));
export const flag = argument((value) => value === true);
export const json = argument((value) => value);
/** A number; 0 if it is missing. */
export const count = argument((value) => Number(value ?? 0));

/** Several arguments that are read together. */
export const argumentsAs = <T>(read: (given: Readonly<Record<string, unknown>>) => T): Need<T> => ({
  read: (_, { arguments: given }) => read(given),
});

/** The snapshot schedule of a run. */
export interface SnapshotScheduleJson {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly timezone: string;
  readonly name_template: string;
  /** Null when it does not name its volumes. */
  readonly volume_ids: readonly string[] | null;
  /** The request id of the run; the work that it starts has it too. */
  readonly request_id: string;
}
export const snapshotSchedule =
  orNull<SnapshotScheduleJson>(`(SELECT json_build_object('id', g.id, 'project_id', g.project_id, 'user_id', g.user_id,
      'name', g.name, 'timezone', g.timezone, 'name_template', g.name_template, 'volume_ids', g.volume_ids,
      'request_id', c.request_id)
    FROM snapshot_schedules g WHERE g.id = c.resource_id)`);
