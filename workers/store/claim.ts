// Claiming an operation: one statement that fences everybody else out and brings back what the work needs.
import { type Database, DatabaseError, sql } from '../../infra/database/port.ts';
import type { Message, Nudge } from '../../infra/queue/port.ts';
import type { Kind } from '../../schema/operations.ts';

/** Nobody else may claim an operation for so long; the heartbeat extends it. */
export const leaseSeconds = 60;

/** A volume as the worker's statements describe it. */
export interface VolumeJson {
  readonly id: string;
  /** What the back end knows it by, where that is another id. */
  readonly name_id: string | null;
  readonly size_gib: number;
  readonly host: string | null;
  readonly location: string | null;
  readonly status: string;
  readonly previous_status: string | null;
  readonly snapshot_count: number;
  readonly availability_zone: string | null;
  /** It is being made from an object that is not ours: see schema/migrations/0015-manage.sql. */
  readonly is_adopting: boolean;
  readonly extra_specs: Readonly<Record<string, string>> | null;
  /** The QoS specs of its type that the back end is to enforce. */
  readonly qos_specs: Readonly<Record<string, string>> | null;
}

export interface SnapshotJson {
  readonly id: string;
  readonly location: string | null;
  readonly size_gib: number;
  readonly is_adopting: boolean;
}

export interface AttachmentJson {
  readonly id: string;
  readonly status: string;
  /** The server. */
  readonly instance: string | null;
  readonly connector: Readonly<Record<string, unknown>> | null;
}

export interface EncryptionJson {
  readonly key_id: string;
  /** Sealed, as our table has it; null: a key manager has it. */
  readonly material: string | null;
  readonly sealed_as: string | null;
  /** What its type asks of the cipher; null: nothing. */
  readonly key_size: number | null;
}

/** A volume of a group, with its part of the group snapshot that the operation is about. */
export interface MemberJson {
  readonly volume: VolumeJson;
  readonly snapshot?: SnapshotJson;
}

/** The resource of an operation with what it is made from or consists of. */
export interface ResourceJson {
  readonly volume: VolumeJson;
  readonly snapshot?: SnapshotJson | null;
  readonly source_snapshot?: (SnapshotJson & { readonly volume: VolumeJson }) | null;
  readonly source_volume?: VolumeJson | null;
  readonly snapshots?: readonly SnapshotJson[] | null;
  /** Of a group: then `volume` has only its status, for want of a volume. */
  readonly members?: readonly MemberJson[] | null;
  /** The group of a volume, and the back end where all its volumes live: null until the first is placed. */
  readonly group?: { readonly id: string; readonly backend: string | null } | null;
  /** What a retype changes the volume to. */
  readonly new_type?: {
    readonly id: string;
    readonly extra_specs: Readonly<Record<string, string>>;
    readonly qos_specs: Readonly<Record<string, string>> | null;
  } | null;
  /** For connections: QoS specs for the hypervisor, whether it is encrypted, and the attachments of the volume. */
  readonly front_end_qos?: Readonly<Record<string, string>> | null;
  readonly is_encrypted?: boolean;
  /** Where an image is written to an encrypted volume: its key as it is kept, and how it is used. */
  readonly encryption?: EncryptionJson | null;
  readonly attachments?: readonly AttachmentJson[] | null;
}

/** The backup that an operation is about, or that the data of a new volume comes from. */
export interface BackupJson {
  readonly id: string;
  readonly volume_id: string;
  readonly location: string | null;
  readonly parent_id: string | null;
  readonly parent_location: string | null;
  /** The snapshot that is backed up; null: the volume itself. */
  readonly snapshot: SnapshotJson | null;
}

export interface Claimed {
  readonly id: string;
  readonly kind: Kind;
  readonly step: string;
  readonly attempt: number;
  readonly tries: number;
  readonly resourceId: string;
  readonly projectId: string;
  readonly requestId: string | null;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Null when the row is gone. */
  readonly resource: ResourceJson | null;
  readonly backup: BackupJson | null;
  /** Sealed for `operation:<id>`. */
  readonly secret: string | null;
}

/** The message for whoever does the next step of an operation. */
export const messageOf = ({ id, attempt, kind, projectId }: Claimed): Message => ({
  operation: id,
  attempt,
  kind,
  project: projectId,
});

/** A volume `v` as the JSON of VolumeJson. */
export const volumeJson = (
  v: string,
) => `json_build_object('id', ${v}.id, 'name_id', ${v}.name_id, 'size_gib', ${v}.size_gib, 'host', ${v}.host,
    'location', ${v}.location, 'status', ${v}.status, 'previous_status', ${v}.previous_status,
    'snapshot_count', ${v}.snapshot_count,
    'availability_zone', ${v}.availability_zone, 'is_adopting', ${v}.adopts IS NOT NULL,
    'extra_specs', (SELECT t.extra_specs FROM volume_types t WHERE t.id = ${v}.volume_type_id),
    'qos_specs', (SELECT q.specs FROM volume_types t JOIN qos_specs q ON q.id = t.qos_specs_id
      WHERE t.id = ${v}.volume_type_id AND q.consumer IN ('back-end', 'both')))`;

const statusJson = (g: string) =>
  `json_build_object('id', ${g}.id, 'status', ${g}.status, 'previous_status', ${g}.previous_status)`;

const snapshotJson = (s: string) => `'id', ${s}.id, 'location', ${s}.location, 'size_gib', ${s}.size_gib,
    'is_adopting', ${s}.adopts IS NOT NULL`;

/** The backup of a kind `backup.…`, and that which a new volume is made from. */
const backupColumn = `(SELECT json_build_object('id', b.id, 'volume_id', b.volume_id, 'location', b.location,
    'parent_id', b.parent_id, 'parent_location', (SELECT p.location FROM backups p WHERE p.id = b.parent_id),
    'snapshot', (SELECT json_build_object(${snapshotJson('s')}) FROM snapshots s
      WHERE s.id = (c.arguments->>'snapshot_id')::uuid))::text
    FROM backups b WHERE b.id = (c.arguments->>'backup_id')::uuid) AS backup`;

/**
 * The CTEs `target`, `busy`, `held`, `waits` and `claimed`. An operation whose resource is busy waits without a message:
 * who frees the resource reads which one is next. `held` waits for a settlement that is being committed, which has read that
 * already: when it has come, the resource is not held any more, and the claim is made again.
 */
export const claiming = `target AS (
  SELECT o.id, o.resource_id FROM operations o
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'queued' FOR UPDATE
), busy AS (
  SELECT b.id FROM operations b JOIN target t ON b.resource_id = t.resource_id AND b.id <> t.id
  WHERE b.status = 'running'
), held AS (
  SELECT b.id FROM operations b JOIN busy y ON y.id = b.id WHERE b.status = 'running' FOR SHARE OF b
), waits AS (
  UPDATE operations o SET lease_until = :now::timestamptz
  FROM target t WHERE o.id = t.id AND EXISTS (SELECT 1 FROM busy)
), claimed AS (
  UPDATE operations o SET status = 'running', attempt = o.attempt + 1, tries = o.tries + 1,
    lease_until = :now::timestamptz + make_interval(secs => ${leaseSeconds}), updated_at = :now::timestamptz
  FROM target t WHERE o.id = t.id AND NOT EXISTS (SELECT 1 FROM busy) RETURNING o.*
)`;

export const claimedColumns = `(SELECT count(*) FROM busy)::int AS busy,
  (SELECT count(*) FROM held)::int AS held, c.id::text AS id, c.kind, c.step, c.attempt,
  c.tries, c.resource_id::text AS resource_id, c.project_id, c.request_id,
  (extract(epoch FROM c.deadline) * 1000)::double precision AS deadline, c.arguments::text AS arguments, c.secret`;

/** The resource as one JSON text. */
export const resourceColumn = `CASE c.resource_type
  WHEN 'volume' THEN (SELECT json_build_object('volume', ${volumeJson('v')},
    'source_snapshot', (SELECT json_build_object(${snapshotJson('s')}, 'volume', ${volumeJson('sv')})
      FROM snapshots s JOIN volumes sv ON sv.id = s.volume_id WHERE s.id = v.snapshot_id AND c.kind = 'volume.create'),
    'source_volume', (SELECT ${volumeJson('w')} FROM volumes w WHERE w.id = v.source_volid AND c.kind = 'volume.create'),
    'group', (SELECT json_build_object('id', g.id, 'backend', g.backend) FROM groups g
      WHERE g.id = v.group_id AND c.kind = 'volume.create'),
    'snapshots', (SELECT json_agg(json_build_object(${snapshotJson('d')})) FROM snapshots d
      WHERE d.volume_id = v.id AND c.kind = 'volume.delete'),
    'snapshot', (SELECT json_build_object(${snapshotJson('n')}) FROM snapshots n
      WHERE n.id = (c.arguments->>'snapshot_id')::uuid AND c.kind = 'volume.revert'),
    'new_type', (SELECT json_build_object('id', n.id, 'extra_specs', n.extra_specs, 'qos_specs',
      (SELECT q.specs FROM qos_specs q WHERE q.id = n.qos_specs_id AND q.consumer IN ('back-end', 'both')))
      FROM volume_types n
      WHERE n.id = (c.arguments->>'new_type_id')::uuid AND c.kind = 'volume.retype'),
    'front_end_qos', (SELECT q.specs FROM volume_types t JOIN qos_specs q ON q.id = t.qos_specs_id
      WHERE t.id = v.volume_type_id AND q.consumer <> 'back-end' AND c.kind = 'volume.connect'),
    'is_encrypted', v.encryption_key_id IS NOT NULL,
    'encryption', (SELECT json_build_object('key_id', v.encryption_key_id, 'material', k.material,
      'sealed_as', k.sealed_as, 'key_size', e.key_size) FROM (SELECT 1) one
      LEFT JOIN encryption_keys k ON k.id = v.encryption_key_id
      LEFT JOIN volume_type_encryption e ON e.volume_type_id = v.volume_type_id
      WHERE v.encryption_key_id IS NOT NULL AND c.arguments ? 'image'),
    'attachments', (SELECT json_agg(json_build_object('id', x.id, 'status', x.attach_status, 'instance', x.instance_uuid,
      'connector', x.connector)) FROM attachments x WHERE x.volume_id = v.id
      AND c.kind IN ('volume.disconnect', 'volume.migrate', 'volume.retype')))::text
    FROM volumes v WHERE v.id = c.resource_id)
  WHEN 'snapshot' THEN (SELECT json_build_object('volume', ${volumeJson('v')},
    'snapshot', json_build_object(${snapshotJson('s')}))::text
    FROM snapshots s JOIN volumes v ON v.id = s.volume_id WHERE s.id = c.resource_id)
  WHEN 'backup' THEN (SELECT json_build_object('volume', ${volumeJson('v')})::text
    FROM volumes v WHERE v.id = COALESCE((c.arguments->>'volume_id')::uuid, (SELECT b.volume_id FROM backups b
      WHERE b.id = c.resource_id AND c.kind = 'backup.delete')))
  WHEN 'group' THEN (SELECT json_build_object('volume', ${statusJson('g')},
    'members', (SELECT json_agg(json_build_object('volume', ${volumeJson('v')}) ORDER BY v.id)
      FROM volumes v WHERE v.group_id = g.id))::text
    FROM groups g WHERE g.id = c.resource_id)
  WHEN 'group_snapshot' THEN (SELECT json_build_object('volume', ${statusJson('g')},
    'members', (SELECT json_agg(json_build_object('volume', ${volumeJson('v')},
      'snapshot', json_build_object(${snapshotJson('s')})) ORDER BY s.id)
      FROM snapshots s JOIN volumes v ON v.id = s.volume_id WHERE s.group_snapshot_id = g.id))::text
    FROM group_snapshots g WHERE g.id = c.resource_id)
  END AS resource, ${backupColumn}`;

export interface ClaimRow {
  readonly busy: number;
  readonly held: number;
  readonly id: string | null;
  readonly kind: Kind;
  readonly step: string;
  readonly attempt: number;
  readonly tries: number;
  readonly resource_id: string;
  readonly project_id: string;
  readonly request_id: string | null;
  readonly deadline: number;
  readonly arguments: string;
  readonly resource: string | null;
  readonly backup: string | null;
  readonly secret: string | null;
}

const claimText = sql(
  'operations.claim',
  `WITH ${claiming}
SELECT ${claimedColumns}, ${resourceColumn} FROM (SELECT 1) one LEFT JOIN claimed c ON TRUE`,
);

/** `busy`: another operation has the resource, and its end sends this one. Null: nothing to do. */
export type ClaimResult<T> = T | 'busy' | null;

export function toClaimed(row: ClaimRow): ClaimResult<Claimed> {
  if (row.id === null) return row.busy > 0 ? 'busy' : null;
  return {
    id: row.id,
    kind: row.kind,
    step: row.step,
    attempt: row.attempt,
    tries: row.tries,
    resourceId: row.resource_id,
    projectId: row.project_id,
    requestId: row.request_id,
    deadline: row.deadline,
    arguments: JSON.parse(row.arguments) as Record<string, unknown>, // a jsonb object
    resource: row.resource === null ? null : (JSON.parse(row.resource) as ResourceJson), // built by resourceColumn
    secret: row.secret,
    backup: row.backup === null ? null : (JSON.parse(row.backup) as BackupJson), // built by backupColumn
  };
}

/** A claim that meets the end of what it waits for is made again: more often only when there is always another one. */
const mostRounds = 5;

/**
 * Runs a claiming statement. A claim that loses the race for the resource is made again: then it sees who has it, and
 * waits for that.
 */
export async function runClaim<Row extends ClaimRow>(run: () => Promise<Row[]>): Promise<Row[]> {
  for (let round = 1; ; round += 1) {
    try {
      const rows = await run();
      const isFreed = rows[0] !== undefined && rows[0].busy > 0 && rows[0].held === 0;
      if (!isFreed || round >= mostRounds) return rows;
    } catch (error) {
      const isLost = error instanceof DatabaseError && error.reason === 'operations_one_running';
      if (!isLost || round >= mostRounds) throw error;
    }
  }
}

/** Claims the operation of a message: nothing for a message that is a duplicate or late. */
export async function claim(database: Database, message: Nudge, now: string): Promise<ClaimResult<Claimed>> {
  const parameters = { id: message.operation, attempt: message.attempt, now };
  const rows = await runClaim(() => database.all<ClaimRow>(claimText, parameters));
  return rows[0] === undefined ? null : toClaimed(rows[0]);
}
