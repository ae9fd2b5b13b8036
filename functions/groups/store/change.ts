// Changing and deleting groups. The counters on the group's row decide whether a volume came or went meanwhile.

import { type Database, DatabaseError } from '../../../infra/database/port.ts';
import { recordEvent } from '../../../schema/events.ts';
import { givenNames } from '../../../schema/expressions.ts';
import { groupMachine, legacyGroupType, memberIsDeletable } from '../../../schema/groups.ts';
import { begins, guard } from '../../../schema/machine.ts';
import { backendQueueOf, queueOperation } from '../../../schema/operations.ts';
import { countQuota, groupDeltas, volumeDeltas } from '../../../schema/quotas.ts';
import { resettingStatus } from '../../../schema/reset-status.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';
import type { BegunWorkIfAny } from '../../work/begin.ts';
import { type Family, isLegacy, visible } from './read.ts';

/** Members that may leave, and volumes that may come. */
export const leaving = ['available', 'in-use', 'error', 'error_deleting'];
export const joining = ['available', 'in-use'];

const quoted = (all: readonly string[]) => all.map((one) => `'${one}'`).join(', ');
const given = (name: string) => `(SELECT x::uuid FROM jsonb_array_elements_text(:${name}::jsonb) x)`;
const backendOf = (volume: string) => `split_part(${volume}.host, '#', 1)`;

/** Whether a volume `v` may come into the group `t`: their back end is one, and the first volume decides which. */
const fits = {
  type: 'EXISTS (SELECT 1 FROM group_volume_types y WHERE y.group_id = t.id AND y.volume_type_id = v.volume_type_id)',
  backend: `${backendOf('v')} = COALESCE(t.backend,
      (SELECT min(${backendOf('c')}) FROM volumes c WHERE c.id IN ${given('adds')} AND c.project_id = t.project_id))`,
};

const membersSay = `jsonb_build_object('joined', (SELECT COALESCE(jsonb_agg(x.id), '[]') FROM joined x),
    'left', (SELECT COALESCE(jsonb_agg(x.id), '[]') FROM gone x))`;

// Many rows or none: when one volume may not come or go the statement refuses itself.
const updateText = statement(
  'groups.update',
  [
    fragment(
      'target',
      `SELECT r.* FROM groups r WHERE r.id = :id::uuid AND ${visible}
    AND (NOT :moves::boolean OR ${guard(groupMachine, 'update')})
  FOR UPDATE`,
    ),
    fragment('there', `SELECT v.id FROM volumes v JOIN target t ON v.group_id = t.id WHERE v.id IN ${given('adds')}`),
    fragment(
      'joined',
      `UPDATE volumes v SET group_id = t.id, updated_at = :now::timestamptz,
    consistencygroup_id = CASE WHEN t.group_type_id = '${legacyGroupType}' THEN t.id END
  FROM target t WHERE v.id IN ${given('adds')} AND v.project_id = t.project_id AND v.group_id IS NULL
    AND v.status IN (${quoted(joining)}) AND ${fits.type} AND ${fits.backend}
  RETURNING v.*, ${backendOf('v')} AS backend`,
    ),
    fragment(
      'gone',
      `UPDATE volumes v SET group_id = NULL, consistencygroup_id = NULL, updated_at = :now::timestamptz
  FROM target t WHERE v.id IN ${given('removes')} AND v.group_id = t.id AND v.status IN (${quoted(leaving)})
  RETURNING v.*`,
    ),
    fragment(
      'changed',
      `UPDATE groups g SET ${givenNames('g')},
    volume_count = g.volume_count + (SELECT count(*) FROM joined) - (SELECT count(*) FROM gone),
    backend = COALESCE(g.backend, (SELECT min(j.backend) FROM joined j)), updated_at = :now::timestamptz
  FROM target t WHERE g.id = t.id
  RETURNING g.*`,
    ),
    recordEvent('event', 'changed', `'group.update.end'`, 'group', membersSay),
    recordEvent('joining', 'joined', `'volume.update.end'`, 'volume', `jsonb_build_object('joins_group', r.group_id)`),
    recordEvent('leaving', 'gone', `'volume.update.end'`, 'volume', `jsonb_build_object('leaves_group', :id::uuid)`),
  ],
  `SELECT c.id::text AS id, CASE
  WHEN (SELECT count(*) FROM joined) + (SELECT count(*) FROM there) <> jsonb_array_length(:adds::jsonb)
    OR (SELECT count(*) FROM gone) <> jsonb_array_length(:removes::jsonb) THEN refuse('members')::text END AS refused
FROM changed c`,
);

/** Whether a statement of a group refused itself because of its volumes. */
export const isMembersRefusal = (error: unknown) => error instanceof DatabaseError && error.reason === 'members';

/**
 * Changes name and description, and takes volumes in and out: all of it or none. False when the group is not there or
 * may not change now, or when a volume may not come or go.
 */
export async function changeGroup(
  database: Database,
  scope: Scope,
  family: Family,
  parameters: Omit<ParametersOf<typeof updateText>, 'scope' | 'legacy'>,
): Promise<boolean> {
  const all = { ...parameters, ...scopeParameter(scope), ...isLegacy(family) };
  const rows = await updateText.all(database, all).catch((error: unknown) => {
    if (isMembersRefusal(error)) return [];
    throw error;
  });
  return rows.length > 0;
}

/** What stands in the way of one volume that is to come or go. */
export interface MemberFacts {
  readonly id: string;
  readonly status: string;
  readonly group_id: string | null;
  readonly type_name: string | null;
  readonly is_own_project: boolean;
  readonly has_type: boolean;
  readonly has_backend: boolean;
}

const whyText = statement(
  'groups.why-not-members',
  `SELECT r.status, (SELECT COALESCE(json_agg(json_build_object('id', v.id, 'status', v.status,
    'group_id', v.group_id, 'type_name', y.name, 'is_own_project', v.project_id = t.project_id, 'has_type', ${fits.type},
    'has_backend', COALESCE(${fits.backend}, FALSE))), '[]')::text
  FROM volumes v CROSS JOIN groups t LEFT JOIN volume_types y ON y.id = v.volume_type_id
  WHERE t.id = r.id AND (v.id IN ${given('adds')} OR v.id IN ${given('removes')})
    AND (:scope::text IS NULL OR v.project_id = :scope::text)) AS volumes
FROM groups r WHERE r.id = :id::uuid AND ${visible}`,
);

/** The group's status, and what is known of the volumes that are to come or go. Null when there is no such group. */
export async function whyNotMembers(
  database: Database,
  scope: Scope,
  family: Family,
  parameters: Omit<ParametersOf<typeof whyText>, 'scope' | 'legacy'>,
): Promise<{ status: string; volumes: readonly MemberFacts[] } | null> {
  const all = { ...parameters, ...scopeParameter(scope), ...isLegacy(family) };
  const [row] = await whyText.all<{ status: string; volumes: string }>(database, all);
  if (row === undefined) return null;
  return { status: row.status, volumes: JSON.parse(row.volumes) as MemberFacts[] }; // built by whyText
}

const onRow = (move: 'delete' | 'delete_unplaced' | 'delete_with_volumes') =>
  `r.id = :id::uuid AND ${visible} AND ${guard(groupMachine, move)}` as const;

const deleteText = statement(
  'groups.delete',
  [
    fragment('gone', `DELETE FROM groups r WHERE ${onRow('delete')} RETURNING r.*`),
    countQuota(groupDeltas('gone', -1)),
    recordEvent('event', 'gone', `'group.delete.end'`, 'group'),
  ],
  `SELECT NULL::text AS operation_id, NULL::text AS queue, NULL::text AS key_ids FROM gone WHERE (SELECT count(*) FROM over_limit) = 0`,
);

/**
 * With a back end the group and its volumes go to `deleting` with one operation for all of them; where no volume was
 * ever placed, or there is none, all of it is gone at once.
 */
const deleteAllText = statement(
  'groups.delete-with-volumes',
  [
    fragment(
      'moved',
      `UPDATE groups r SET ${begins(groupMachine, 'delete_with_volumes')}
  WHERE ${onRow('delete_with_volumes')} AND r.backend IS NOT NULL AND r.volume_count > 0
  RETURNING r.*`,
    ),
    fragment(
      'members',
      `UPDATE volumes r SET ${begins(volumeMachine, 'delete_in_group')}
  FROM moved m WHERE r.group_id = m.id AND ${memberIsDeletable('r')}
  RETURNING r.*`,
    ),
    fragment(
      'gone',
      `DELETE FROM groups r WHERE ${onRow('delete_unplaced')} AND (r.backend IS NULL OR r.volume_count = 0)
  RETURNING r.*`,
    ),
    fragment(
      'members_gone',
      `DELETE FROM volumes v USING gone g WHERE v.group_id = g.id AND v.host IS NULL AND ${memberIsDeletable('v')}
  RETURNING v.*`,
    ),
    fragment('placed', `SELECT m.id, m.project_id, m.backend AS host FROM moved m`),
    countQuota(`${volumeDeltas('members_gone', -1)} UNION ALL ${groupDeltas('gone', -1)}`),
    queueOperation('placed', backendQueueOf('r.host')),
    recordEvent('started', 'moved', `'group.delete.start'`, 'group'),
    recordEvent('finished', 'gone', `'group.delete.end'`, 'group'),
    recordEvent('members_started', 'members', `'volume.delete.start'`, 'volume'),
    recordEvent('members_finished', 'members_gone', `'volume.delete.end'`, 'volume'),
  ],
  `SELECT (SELECT operation_id FROM operation) AS operation_id, (SELECT queue FROM operation) AS queue,
  (SELECT json_agg(x.encryption_key_id) FILTER (WHERE x.encryption_key_id IS NOT NULL)
    FROM (SELECT m.encryption_key_id FROM members m UNION ALL SELECT g.encryption_key_id FROM members_gone g) x)::text
    AS key_ids,
  CASE WHEN a.volume_count <> (SELECT count(*) FROM members) + (SELECT count(*) FROM members_gone)
    THEN refuse('members')::text END AS refused
FROM (SELECT volume_count FROM moved UNION ALL SELECT volume_count FROM gone) a
WHERE (SELECT count(*) FROM over_limit) = 0`,
);

/** What deleting began: work for a back end; or nothing, when all of it is gone already. */
export interface BegunChange extends BegunWorkIfAny {
  /** The keys that end with its volumes. */
  readonly key_ids: string | null;
}

/** Null when the group is not within the scope, or it or one of its volumes may not be deleted now. */
export async function beginDelete(
  database: Database,
  scope: Scope,
  family: Family,
  move: 'delete' | 'delete_with_volumes',
  parameters: Omit<ParametersOf<typeof deleteAllText>, 'scope' | 'legacy'>,
): Promise<BegunChange | null> {
  const statement = move === 'delete' ? deleteText : deleteAllText;
  const all = { ...parameters, ...scopeParameter(scope), ...isLegacy(family) };
  const [row] = await statement.all<BegunChange>(database, all).catch((error: unknown) => {
    if (isMembersRefusal(error)) return [];
    throw error;
  });
  return row ?? null;
}

const resetText = statement(
  'groups.reset-status',
  resettingStatus(groupMachine, visible, `'groups.reset_status.end'`),
  `SELECT id::text AS id FROM moved`,
);

/** Writes a status over the present one. False when there is no such group. */
export async function resetStatus(
  database: Database,
  scope: Scope,
  parameters: Omit<ParametersOf<typeof resetText>, 'scope' | 'legacy'>,
): Promise<boolean> {
  const all = { ...parameters, ...scopeParameter(scope), ...isLegacy('generic') };
  return (await resetText.all(database, all)).length > 0;
}
