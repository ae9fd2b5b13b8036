// Settling: the one statement that ends an operation. Its state, the resource's, quota, room, event and user message
// change together, and only for the worker that still has the lease.
import { type Database, type Statement, sql, type Value } from '../../infra/database/port.ts';
import { connectDone, connectFailed, disconnectDone, disconnectFailed } from '../../schema/attachments.ts';
import { messageSeconds } from '../../schema/codes.ts';
import { recordEvent } from '../../schema/events.ts';
import { derivedId } from '../../schema/groups.ts';
import type { Kind } from '../../schema/operations.ts';
import { backupDeltas, countQuota, growthDeltas, snapshotDeltas, volumeDeltas } from '../../schema/quotas.ts';
import { clusterOf, serviceOf } from '../../schema/services.ts';
import { halfGoes } from './await-server.ts';
import { nextOfResource, type Queued, queuedJson, toQueued } from './queued.ts';
import { asBackedUp, bootableAsBackedUp, joinBackup, restoredVolume } from './restored.ts';
import { groupsDone, groupsFailed, inError, memberCreated } from './settle-groups.ts';
import { imageKeyGone, keptKey } from './settle-keys.ts';
import { manageDone, manageFailed } from './settle-manage.ts';
import { replicationDone, replicationFailed } from './settle-replication.ts';
import { tellDone, tellExtended, tellFailed, toldDone, toldFailed } from './tell-servers.ts';

/** What an outcome does besides ending the operation. */
export interface Effect {
  /** CTEs after `fenced (resource_id, project_id)`; the resource's row before or after as `resource`. */
  readonly effects: string;
  /** What the counters change by: a SELECT for countQuota(). */
  readonly deltas?: string;
  /** Null for a question: there is nothing to tell of it, and nobody to be told that it failed but who waits. */
  readonly event: string | null;
  /**
   * What else has come to an error, each with a message of its own: a SELECT of `resource` (as messageEventId() has it), `id`
   * and `project_id`.
   */
  readonly alsoFailed?: string;
  /** Work that is queued besides: a CTE `queued (id, queue, attempt)`. */
  readonly queues?: string;
  /** Whose message a failure is; the operation's resource, and nobody's where there is no event, unless said. */
  readonly tells?: 'resource';
  /** What the operation keeps for the request that waits for it: SQL of a jsonb over `operations o`. */
  readonly result?: string;
}

const now = ':now::timestamptz';

/** Room in the pool changes with the volumes that are in it. */
const room = (by: string) => `room AS (
  UPDATE pools p SET allocated_gib = greatest(0, p.allocated_gib + x.delta)
  FROM (SELECT v.host, ${by} AS delta FROM resource v) x WHERE p.name = x.host
)`;

/** A status that is written only over the busy one: what an admin has reset stays reset. */
const unless = (busy: string, status: string) => `CASE WHEN r.status = '${busy}' THEN ${status} ELSE r.status END`;

/** The state that the work began in. */
const back = `COALESCE(r.previous_status, 'available')`;

/** What its attachments have become while it was being moved, it is now; what an admin has reset stays. */
const afterMove = `CASE WHEN r.status = 'maintenance' THEN ${back}
  WHEN r.status IN ('available', 'in-use') THEN attachments_say(r.attachment_states) ELSE r.status END`;

/** The snapshot that a volume was put back to may be used again. */
const snapshotFree = `snapshot_free AS (
  UPDATE snapshots s SET status = 'available', updated_at = ${now}
  FROM fenced f WHERE s.id = (f.arguments->>'snapshot_id')::uuid AND s.status = 'restoring'
)`;

/** What a volume bears while its host grows it: see await-host.ts. */
const hostIsDone = `admin_metadata = r.admin_metadata - 'extend_new_size' - 'extend_reservations'`;

/** The backup that a new volume was made from may be restored again. */
const backupFree = `backup_free AS (
  UPDATE backups b SET status = 'available', updated_at = ${now}
  FROM fenced f WHERE b.id = (f.arguments->>'backup_id')::uuid AND b.status = 'restoring'
)`;

/**
 * The volume or snapshot that was backed up goes back to what it was. By the operation's arguments: the backup itself
 * may be gone.
 */
const sourceFree = `volume_free AS (
  UPDATE volumes v SET status = CASE WHEN v.previous_status = 'in-use' AND v.attach_status <> 'attached'
    THEN 'available' ELSE COALESCE(v.previous_status, 'available') END, updated_at = ${now}
  FROM fenced f WHERE v.id = (f.arguments->>'volume_id')::uuid AND v.status = 'backing-up'
    AND f.arguments->>'snapshot_id' IS NULL
), snapshot_free AS (
  UPDATE snapshots s SET status = 'available', updated_at = ${now}
  FROM fenced f WHERE s.id = (f.arguments->>'snapshot_id')::uuid AND s.status = 'backing-up'
)`;

const done: Readonly<Record<Kind, Effect>> = {
  ...toldDone,
  ...groupsDone,
  ...manageDone,
  ...replicationDone,
  'volume.create': {
    effects: `resource AS (
  UPDATE volumes r SET status = CASE r.status WHEN 'creating' THEN 'available'
      WHEN 'downloading' THEN attachments_say(r.attachment_states) ELSE r.status END,
    bootable = ${bootableAsBackedUp('r')} OR f.arguments ? 'image', ${asBackedUp('r')},
    image_metadata = COALESCE(f.arguments -> 'image' -> 'metadata', b.image_metadata, r.image_metadata),
    replication_status = CASE WHEN :facts::jsonb ->> 'is_replicated' = 'true' THEN 'enabled' ELSE r.replication_status END,
    location = :location::text, launched_at = ${now}, updated_at = ${now},
    -- Its service may have changed its cluster since it was placed.
    cluster_name = ${clusterOf('r.host')},
    service_uuid = ${serviceOf('r.host')}
  FROM fenced f ${joinBackup} WHERE r.id = f.resource_id RETURNING r.*
), ${backupFree}, ${memberCreated('done')}`,
    event: 'volume.create.end',
  },
  'volume.delete': {
    effects: `snapshots_gone AS (
  DELETE FROM snapshots s USING fenced f WHERE s.volume_id = f.resource_id RETURNING s.*
), attachments_gone AS (
  DELETE FROM attachments a USING fenced f WHERE a.volume_id = f.resource_id
), resource AS (
  DELETE FROM volumes r USING fenced f WHERE r.id = f.resource_id RETURNING r.*
), ${room('-v.size_gib')}`,
    deltas: `${volumeDeltas('resource', -1)} UNION ALL ${snapshotDeltas('snapshots_gone', -1)}`,
    event: 'volume.delete.end',
  },
  'volume.extend': {
    effects: `resource AS (
  SELECT r.* FROM volumes r JOIN fenced f ON r.id = f.resource_id
), grown AS (
  UPDATE volumes r SET status = ${unless('extending', `COALESCE(r.previous_status, 'available')`)},
    size_gib = :new_size::int, updated_at = ${now}, ${hostIsDone}
  FROM fenced f WHERE r.id = f.resource_id
), ${room(':new_size::int - v.size_gib')}`,
    event: 'volume.resize.end',
    queues: tellExtended,
  },
  'volume.connect': {
    effects: connectDone,
    event: 'volume.attach.connected',
    result: `CASE WHEN o.arguments ->> 'attachment_id' IS NULL THEN :facts::jsonb -> 'connection' END`,
  },
  'volume.disconnect': { effects: disconnectDone, event: 'volume.detach.end' },
  'volume.revert': {
    effects: `resource AS (
  UPDATE volumes r SET status = ${unless('reverting', `'available'`)}, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
), ${snapshotFree}`,
    event: 'volume.revert.end',
  },
  'volume.retype': {
    effects: `before AS (
  SELECT v.* FROM volumes v JOIN fenced f ON v.id = f.resource_id
), snapshots_before AS (
  SELECT s.* FROM snapshots s JOIN fenced f ON s.volume_id = f.resource_id
), resource AS (
  UPDATE volumes r SET volume_type_id = t.id, status = ${unless('retyping', back)}, updated_at = ${now},
    migration_status = CASE WHEN f.arguments ? 'source_host' THEN 'success' ELSE r.migration_status END,
    multiattach = COALESCE(t.extra_specs->>'multiattach', '') ILIKE '<is> true'
  FROM fenced f JOIN volume_types t ON t.id = (f.arguments->>'new_type_id')::uuid
  WHERE r.id = f.resource_id RETURNING r.*
), snapshots_after AS (
  UPDATE snapshots s SET volume_type_id = r.volume_type_id FROM resource r WHERE s.volume_id = r.id RETURNING s.*
)`,
    // A type that was deleted meanwhile leaves the volume as it was: nothing in resource, so nothing is counted.
    deltas: `SELECT d.* FROM (${volumeDeltas('before', -1)} UNION ALL ${volumeDeltas('resource', 1)}
  UNION ALL ${snapshotDeltas('snapshots_before', -1)} UNION ALL ${snapshotDeltas('snapshots_after', 1)}) d
  WHERE EXISTS (SELECT 1 FROM resource)`,
    event: 'volume.retype.end',
  },
  'volume.migrate': {
    effects: `resource AS (
  UPDATE volumes r SET migration_status = 'success', status = ${afterMove}, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`,
    event: 'volume.migrate.end',
  },
  'volume.upload': {
    effects: `resource AS (
  UPDATE volumes r SET status = ${unless('uploading', back)}, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`,
    event: 'volume.copy_to_image.end',
  },
  'volume.reimage': {
    effects: `resource AS (
  UPDATE volumes r SET status = ${unless('downloading', 'attachments_say(r.attachment_states)')}, bootable = TRUE,
    image_metadata = f.arguments -> 'image' -> 'metadata', updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`,
    event: 'volume.reimage.end',
    queues: tellDone,
  },
  'snapshot.create': {
    effects: `resource AS (
  UPDATE snapshots r SET status = ${unless('creating', `'available'`)}, progress = '100%', location = :location::text,
    updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`,
    event: 'snapshot.create.end',
  },
  'snapshot.delete': {
    effects: `resource AS (
  DELETE FROM snapshots r USING fenced f WHERE r.id = f.resource_id RETURNING r.*
), parent AS (
  UPDATE volumes v SET snapshot_count = v.snapshot_count - 1 FROM resource s WHERE v.id = s.volume_id
)`,
    deltas: snapshotDeltas('resource', -1),
    event: 'snapshot.delete.end',
  },
  'backup.create': {
    effects: `resource AS (
  UPDATE backups r SET status = ${unless('creating', `'available'`)}, location = :location::text,
    object_count = COALESCE((:facts::jsonb->>'object_count')::int, r.object_count), updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
), ${sourceFree}`,
    event: 'backup.create.end',
  },
  'backup.delete': {
    effects: `resource AS (
  DELETE FROM backups r USING fenced f WHERE r.id = f.resource_id RETURNING r.*
), parent AS (
  UPDATE backups p SET dependent_count = p.dependent_count - 1 FROM resource b WHERE p.id = b.parent_id
)`,
    deltas: backupDeltas('resource', -1),
    event: 'backup.delete.end',
  },
  'backup.restore': {
    effects: `resource AS (
  UPDATE backups r SET status = ${unless('restoring', `'available'`)}, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
), ${restoredVolume(now)}`,
    event: 'backup.restore.end',
  },
};

/** The fail edges. `:fail_status` is the machine's, or the state before when the back end was only busy. */
const failed: Readonly<Record<Kind, Effect>> = {
  ...toldFailed,
  ...groupsFailed,
  ...manageFailed,
  ...replicationFailed,
  'volume.create': {
    effects: `${failing('volumes', 'creating', 'downloading')}, ${backupFree}, ${memberCreated('failed')}`,
    alsoFailed: inError('group', 'member_created'),
    event: 'volume.create.error',
  },
  'volume.delete': {
    effects: `${failing('volumes', 'deleting')}, kept AS (
  UPDATE snapshots s SET status = CASE WHEN :fail_status::text = 'error_deleting' THEN 'error_deleting'
    ELSE COALESCE(s.previous_status, 'available') END, updated_at = ${now}
  FROM fenced f WHERE s.volume_id = f.resource_id AND s.status = 'deleting' RETURNING s.*
)`,
    alsoFailed: inError('snapshot', 'kept'),
    event: 'volume.delete.error',
  },
  'volume.extend': {
    effects: `resource AS (
  UPDATE volumes r SET status = ${unless('extending', ':fail_status::text')}, updated_at = ${now}, ${hostIsDone}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`,
    deltas: growthDeltas('resource', '-(:new_size::int - v.size_gib)'),
    event: 'volume.resize.error',
  },
  // The sweeper sends the undoing of a failed connection at its next round.
  'volume.connect': { effects: connectFailed(0), event: 'volume.attach.error' },
  'volume.disconnect': { effects: disconnectFailed, event: 'volume.detach.error' },
  'volume.revert': { effects: `${failing('volumes', 'reverting')}, ${snapshotFree}`, event: 'volume.revert.error' },
  'volume.retype': {
    effects: `resource AS (
  UPDATE volumes r SET status = ${unless('retyping', back)}, updated_at = ${now},
    migration_status = CASE WHEN r.migration_status = 'migrating' THEN 'error' ELSE r.migration_status END
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`,
    queues: halfGoes,
    event: 'volume.retype.error',
  },
  'volume.migrate': {
    effects: `resource AS (
  UPDATE volumes r SET migration_status = 'error', status = ${afterMove}, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`,
    queues: halfGoes,
    event: 'volume.migrate.error',
  },
  'volume.upload': {
    effects: `resource AS (
  UPDATE volumes r SET status = ${unless('uploading', back)}, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
), ${imageKeyGone}`,
    event: 'volume.copy_to_image.error',
  },
  'volume.reimage': {
    effects: failing('volumes', 'downloading'),
    event: 'volume.reimage.error',
    queues: tellFailed,
  },
  'snapshot.create': { effects: failing('snapshots', 'creating'), event: 'snapshot.create.error' },
  'snapshot.delete': { effects: failing('snapshots', 'deleting'), event: 'snapshot.delete.error' },
  'backup.create': { effects: `${failingBackup('creating')}, ${sourceFree}`, event: 'backup.create.error' },
  'backup.delete': { effects: failingBackup('deleting'), event: 'backup.delete.error' },
  'backup.restore': {
    effects: `${failingBackup('restoring')}, volume AS (
  UPDATE volumes v SET status = 'error_restoring', updated_at = ${now}
  FROM fenced f WHERE v.id = (f.arguments->>'volume_id')::uuid AND v.status = 'restoring-backup' RETURNING v.*
), ${keptKey}`,
    alsoFailed: inError('volume', 'volume'),
    event: 'backup.restore.error',
  },
};

function failing(table: 'volumes' | 'snapshots', ...busy: readonly string[]): string {
  const isBusy = busy.map((one) => `'${one}'`).join(', ');
  return `resource AS (
  UPDATE ${table} r SET status = CASE WHEN r.status IN (${isBusy}) THEN :fail_status::text ELSE r.status END,
    updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`;
}

function failingBackup(busy: string): string {
  return `resource AS (
  UPDATE backups r SET status = ${unless(busy, ':fail_status::text')}, fail_reason = :cause::text, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`;
}

const noDeltas = `SELECT NULL::text AS project_id, NULL::text AS resource, NULL::text AS type_id, 0 AS delta WHERE FALSE`;

/** The message of the operation's resource, and one for each that has failed with it. */
function toldOf({ alsoFailed, tells }: Effect): string {
  const whose = tells === 'resource' ? '(SELECT v.id FROM resource v)' : 'f.resource_id';
  const expires = `${now} + make_interval(secs => ${messageSeconds})`;
  const others =
    alsoFailed === undefined
      ? ''
      : `
  UNION ALL
  SELECT ${derivedId(':message_id::uuid::text', 'x.id::text')}, x.project_id, :request_id::text, x.resource, x.id,
    :action_id::text, :detail_id::text, concat_ws('_', 'VOLUME', x.resource, :action_id::text, :detail_id::text), ${now}, ${expires}
  FROM (${alsoFailed}) x`;
  return `, told AS (
  INSERT INTO messages (id, project_id, request_id, resource_type, resource_uuid, action_id, detail_id, event_id,
    created_at, expires_at)
  SELECT :message_id::uuid, f.project_id, :request_id::text, :message_resource::text, ${whose},
    :action_id::text, :detail_id::text, :event_id::text, ${now}, ${expires}
  FROM fenced f${others}
)`;
}

function settleText(kind: Kind, status: 'done' | 'failed', effect: Effect): Statement {
  const [type = ''] = kind.split('.');
  const isSilent = effect.event === null && effect.tells === undefined;
  const message = status === 'done' || isSilent ? '' : toldOf(effect);
  const data = status === 'done' ? `'{}'::jsonb` : `jsonb_build_object('cause', :cause::text)`;
  const queues = effect.queues === undefined ? '' : `,\n${effect.queues}`;
  const sent = queues === '' ? queuedJson('next') : queuedJson('queued', 'next');
  const event = effect.event === null ? '' : `,\n${recordEvent('event', 'resource', `'${effect.event}'`, type, data)}`;
  return sql(
    `${kind}.${status}`,
    `WITH fenced AS (
  UPDATE operations o SET status = '${status}', secret = NULL, cause = :cause::text, updated_at = ${now},
    explanation = COALESCE(:explanation::jsonb, o.explanation)${effect.result === undefined ? '' : `, result = ${effect.result}`}
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running'
  RETURNING o.*
), ${effect.effects}, ${countQuota(effect.deltas ?? noDeltas)}${event}${message}${queues}, ${nextOfResource}
SELECT (SELECT count(*) FROM fenced)::int AS fenced, ${sent} AS queued WHERE (SELECT count(*) FROM over_limit) = 0`,
  );
}

const texts = new Map<string, Statement>();
for (const [kind, effect] of Object.entries(done)) texts.set(`${kind}.done`, settleText(kind as Kind, 'done', effect));
for (const [kind, effect] of Object.entries(failed)) {
  texts.set(`${kind}.failed`, settleText(kind as Kind, 'failed', effect));
}

/** Ends an operation, and returns what was queued besides and what has waited for the resource. Null when the lease was lost: then nothing has changed. */
export async function settle(
  database: Database,
  kind: Kind,
  status: 'done' | 'failed',
  parameters: Readonly<Record<string, Value>>,
): Promise<readonly Queued[] | null> {
  const statement = texts.get(`${kind}.${status}`);
  if (statement === undefined) throw new Error(`nothing settles ${kind}`);
  const [row] = await database.all<{ fenced: number; queued: string | null }>(statement, parameters);
  return row === undefined || row.fenced === 0 ? null : toQueued(row.queued);
}
