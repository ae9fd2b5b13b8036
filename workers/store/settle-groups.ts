// What settling does for groups: the group and all its members, or all its snapshots, end in one statement.
import { messageResourceType } from '../../schema/codes.ts';
import { groupDeltas, snapshotDeltas, volumeDeltas } from '../../schema/quotas.ts';
import type { Effect } from './settle.ts';

const now = ':now::timestamptz';

/** A status that is written only over the busy one: what an admin has reset stays reset. */
const over = (busy: string, status: string) => `CASE WHEN r.status = '${busy}' THEN '${status}' ELSE r.status END`;

const settled = (table: 'groups' | 'group_snapshots', busy: string, status: string) => `resource AS (
  UPDATE ${table} r SET status = ${over(busy, status)}, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`;

const members = (table: 'volumes' | 'snapshots', column: string, change: string, busy: string, status: string) =>
  `members AS (
  UPDATE ${table} r SET status = ${over(busy, status)}${change}, updated_at = ${now}
  FROM fenced f WHERE r.${column} = f.resource_id RETURNING r.*
)`;

/** The rows of a CTE that are in an error now, for Effect.alsoFailed. */
export const inError = (resource: 'group' | 'volume' | 'snapshot', cte: string) =>
  `SELECT '${messageResourceType(resource)}' AS resource, e.id, e.project_id FROM ${cte} e WHERE e.status LIKE 'error%'`;

export const groupsDone = {
  'group.delete': {
    effects: `attachments_gone AS (
  DELETE FROM attachments a USING volumes v, fenced f WHERE a.volume_id = v.id AND v.group_id = f.resource_id
), members AS (
  DELETE FROM volumes r USING fenced f WHERE r.group_id = f.resource_id RETURNING r.*
), resource AS (
  DELETE FROM groups r USING fenced f WHERE r.id = f.resource_id RETURNING r.*
), room AS (
  UPDATE pools p SET allocated_gib = greatest(0, p.allocated_gib - x.size)
  FROM (SELECT v.host, sum(v.size_gib) AS size FROM members v GROUP BY v.host) x WHERE p.name = x.host
), member_events AS (
  INSERT INTO events (type, resource_type, resource_id, project_id, request_id, at)
  SELECT 'volume.delete.end', 'volume', v.id, v.project_id, :request_id::text, ${now} FROM members v
)`,
    deltas: `${volumeDeltas('members', -1)} UNION ALL ${groupDeltas('resource', -1)}`,
    event: 'group.delete.end',
  },
  'group_snapshot.create': {
    effects: `${settled('group_snapshots', 'creating', 'available')}, ${members(
      'snapshots',
      'group_snapshot_id',
      `, progress = '100%', location = :facts::jsonb -> 'locations' ->> r.id::text`,
      'creating',
      'available',
    )}`,
    event: 'group_snapshot.create.end',
  },
  'group_snapshot.delete': {
    effects: `members AS (
  DELETE FROM snapshots r USING fenced f WHERE r.group_snapshot_id = f.resource_id RETURNING r.*
), parents AS (
  UPDATE volumes v SET snapshot_count = v.snapshot_count - x.n
  FROM (SELECT s.volume_id, count(*)::int AS n FROM members s GROUP BY s.volume_id) x WHERE v.id = x.volume_id
), resource AS (
  DELETE FROM group_snapshots r USING fenced f WHERE r.id = f.resource_id RETURNING r.*
), parent AS (
  UPDATE groups g SET snapshot_count = g.snapshot_count - 1 FROM resource r WHERE g.id = r.group_id
)`,
    deltas: snapshotDeltas('members', -1),
    event: 'group_snapshot.delete.end',
  },
} as const satisfies Record<string, Effect>;

/** Members that were removed before the failure stay removed, so none goes back to available. */
export const groupsFailed = {
  'group.delete': {
    effects: `${settled('groups', 'deleting', 'error')}, ${members('volumes', 'group_id', '', 'deleting', 'error_deleting')}`,
    alsoFailed: inError('volume', 'members'),
    event: 'group.delete.error',
  },
  'group_snapshot.create': {
    effects: `${settled('group_snapshots', 'creating', 'error')}, ${members('snapshots', 'group_snapshot_id', '', 'creating', 'error')}`,
    alsoFailed: inError('snapshot', 'members'),
    event: 'group_snapshot.create.error',
  },
  'group_snapshot.delete': {
    effects: `${settled('group_snapshots', 'deleting', 'error')}, ${members('snapshots', 'group_snapshot_id', '', 'deleting', 'error_deleting')}`,
    alsoFailed: inError('snapshot', 'members'),
    event: 'group_snapshot.delete.error',
  },
} as const satisfies Record<string, Effect>;

/**
 * A member's creation has ended: the last of a group that is made from a source makes it available, the first that
 * failed makes it an error. Counted on the group's row, so that two members that end at once do not wait for each other.
 */
export const memberCreated = (outcome: 'done' | 'failed') => `member_created AS (
  UPDATE groups g SET pending = greatest(0, g.pending - 1), status = CASE
    WHEN g.status <> 'creating' THEN g.status
    ${outcome === 'failed' ? `WHEN TRUE THEN 'error'` : `WHEN g.pending <= 1 THEN 'available'`}
    ELSE g.status END
  FROM resource r WHERE g.id = r.group_id RETURNING g.*
)`;
