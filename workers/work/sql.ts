// Pieces of SQL that several kinds of work write when they end. Over `fenced f`, the operation, and `resource`.
import { messageResourceType } from '../../schema/codes.ts';
import { recordEvent } from '../../schema/events.ts';
import { groupMachine } from '../../schema/groups.ts';
import { arrives, falls } from '../../schema/machine.ts';
import { fragment } from '../../schema/statement.ts';
import type { Ends } from './work.ts';

/** Updates the room in the pool when its volumes change. */
export const room = (from: string, by: string) =>
  fragment(
    'room',
    `UPDATE pools p SET allocated_gib = greatest(0, p.allocated_gib + x.delta)
  FROM (SELECT v.host, sum(${by}) AS delta FROM ${from} v GROUP BY v.host) x WHERE p.name = x.host`,
  );

/** The rows of a CTE that became an error, for Effect.alsoFailed. */
export const inError = (resource: 'group' | 'volume' | 'snapshot', cte: string) =>
  `SELECT '${messageResourceType(resource)}' AS resource, e.id, e.project_id FROM ${cte} e WHERE e.status LIKE 'error%'`;

/** The volume's row as it was. */
export const before = fragment('before', `SELECT v.* FROM volumes v JOIN fenced f ON v.id = f.resource_id`);

/** Changes nothing; the message is about the resource that the operation names. */
export const unchanged = fragment('resource', `SELECT f.resource_id AS id, f.project_id FROM fenced f`);

export const attachmentsGone = fragment(
  'attachments_gone',
  `DELETE FROM attachments a USING fenced f WHERE a.volume_id = f.resource_id`,
);

/** A removed snapshot no longer counts on its volume. */
export const snapshotUncounted = fragment(
  'parent',
  `UPDATE volumes v SET snapshot_count = v.snapshot_count - 1 FROM resource s WHERE v.id = s.volume_id`,
);

/** The backup that a new volume was created from can be restored again. */
export const backupFree = (ends: Ends) => ends('backup', 'backup_free', `r.id = (f.arguments->>'backup_id')::uuid`);

/** The snapshot named in the arguments. */
export const snapshotFree = (ends: Ends) =>
  ends('snapshot', 'snapshot_free', `r.id = (f.arguments->>'snapshot_id')::uuid`);

/** A mark on the volume while its host grows it: see store/await-host.ts. */
export const hostIsDone = `admin_metadata = r.admin_metadata - 'extend_new_size' - 'extend_reservations'`;

/**
 * Counts a member whose creation has ended. The last one of a group that is created from a source makes the group
 * available; the first that fails makes it an error. The count is on the group's row, so two members that end at once
 * do not wait for each other.
 */
export const memberCreated = (outcome: 'done' | 'failed') =>
  [
    fragment(
      'member_created',
      `UPDATE groups r SET pending = greatest(0, r.pending - 1), previous_status = r.status, status = ${
        outcome === 'failed'
          ? falls(groupMachine, 'volume.create')
          : `CASE WHEN r.pending <= 1 THEN ${arrives(groupMachine, 'volume.create')} ELSE r.status END`
      }
  FROM resource v WHERE r.id = v.group_id RETURNING r.*`,
    ),
    fragment('group_ended', `SELECT g.* FROM member_created g WHERE g.status <> g.previous_status`),
    recordEvent('group_told', 'group_ended', `'group.create.${outcome === 'failed' ? 'error' : 'end'}'`, 'group'),
  ] as const;

/** An image that was not created needs no key. */
export const imageKeyGone = fragment(
  'key_gone',
  `DELETE FROM encryption_keys k USING fenced f
  WHERE k.id = (f.arguments -> 'image' ->> 'key_id')::uuid AND k.image_id IS NOT NULL`,
);

/** The volume or snapshot that was backed up, by the operation's arguments: the backup itself may be gone. */
export const sourceFree = (ends: Ends) => [
  ends('volume', 'volume_free', `r.id = (f.arguments->>'volume_id')::uuid AND f.arguments->>'snapshot_id' IS NULL`),
  snapshotFree(ends),
];
