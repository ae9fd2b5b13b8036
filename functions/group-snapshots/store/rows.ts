// The SQL of group snapshots: one row, a snapshot of each member, and one operation for all of them.
import { type Database, DatabaseError } from '../../../infra/database/port.ts';
import { recordEvent } from '../../../schema/events.ts';
import { inScope, utc } from '../../../schema/expressions.ts';
import {
  derivedId,
  type GroupSnapshotRow,
  groupMachine,
  groupSnapshotMachine,
  legacyGroupType,
} from '../../../schema/groups.ts';
import { beginning, begins, guard, type Why, whyColumns } from '../../../schema/machine.ts';
import { backendQueueOf, queueOperation } from '../../../schema/operations.ts';
import { countQuota, snapshotDeltas } from '../../../schema/quotas.ts';
import { resettingStatus } from '../../../schema/reset-status.ts';
import { snapshotMachine } from '../../../schema/snapshots.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import type { ListQuery, ListSpec } from '../../http/list.ts';
import { type Page, readPage } from '../../http/pagination.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';
import type { BegunWork } from '../../work/begin.ts';

/** Which of the two APIs asks: each sees its own only. */
export type Family = 'generic' | 'legacy';

const asked = (scope: Scope, family: Family) => ({ ...scopeParameter(scope), legacy: family === 'legacy' });

/** Over the alias `r` for a group or a group snapshot. */
const visible = `${inScope}
    AND (r.group_type_id = '${legacyGroupType}') = :legacy::boolean` as const;

const columns = `r.id::text AS id, r.project_id, r.group_id::text AS group_id, r.group_type_id::text AS group_type_id,
  r.name, r.description, r.status, ${utc('r.created_at')} AS created_at`;

const showText = statement(
  'group-snapshots.show',
  `SELECT ${columns} FROM group_snapshots r WHERE r.id = :id::uuid AND ${visible}`,
);

/** The group snapshot, or null when it is not within the scope. */
export async function findGroupSnapshot(
  database: Database,
  scope: Scope,
  family: Family,
  id: string,
): Promise<GroupSnapshotRow | null> {
  const [row] = await showText.all<GroupSnapshotRow>(database, { id, ...asked(scope, family) });
  return row ?? null;
}

/** One page of group snapshots. */
export function listGroupSnapshots(
  database: Database,
  spec: ListSpec,
  query: ListQuery,
  scope: Scope,
  family: Family,
): Promise<Page<GroupSnapshotRow>> {
  const where = `r.group_type_id ${family === 'legacy' ? '=' : '<>'} '${legacyGroupType}'`;
  const source = { name: 'group-snapshots.list', columns, from: 'group_snapshots r', where };
  return readPage(database, source, spec, query, scope);
}

// The group's row is written first, then its members': a volume that comes or goes meanwhile makes their number
// differ from the group's own, and the statement refuses itself.
const createText = statement(
  'group-snapshots.create',
  [
    fragment(
      'parent',
      `UPDATE groups r SET snapshot_count = r.snapshot_count + 1
  WHERE r.id = :group_id::uuid AND ${visible} AND ${guard(groupMachine, 'snapshot')}
  RETURNING r.*`,
    ),
    fragment(
      'members',
      `UPDATE volumes r SET snapshot_count = r.snapshot_count + 1
  FROM parent p WHERE r.group_id = p.id AND ${guard(volumeMachine, 'snapshot_in_use')}
  RETURNING r.id, r.project_id, r.size_gib, r.volume_type_id, r.image_metadata`,
    ),
    fragment(
      'created',
      `INSERT INTO group_snapshots (id, project_id, user_id, group_id, group_type_id, name, description, status, created_at)
  SELECT :id::uuid, p.project_id, :actor_id::text, p.id, p.group_type_id, :name::text, :description::text,
    ${beginning(groupSnapshotMachine, 'create')},
    :now::timestamptz
  FROM parent p
  RETURNING *`,
    ),
    fragment(
      'snapshot',
      `INSERT INTO snapshots (id, project_id, user_id, volume_id, name, description, size_gib, status, volume_type_id,
    group_snapshot_id, cgsnapshot_id, image_metadata, created_at)
  SELECT ${derivedId('c.id::text', 'm.id::text')}, m.project_id, :actor_id::text, m.id, c.name, c.description,
    m.size_gib, ${beginning(snapshotMachine, 'create_in_group')}, m.volume_type_id, c.id, CASE WHEN :legacy::boolean THEN c.id END, m.image_metadata,
    :now::timestamptz
  FROM created c, members m
  RETURNING *`,
    ),
    fragment('placed', `SELECT c.id, c.project_id, p.backend AS host FROM created c, parent p`),
    countQuota(snapshotDeltas('snapshot', 1)),
    queueOperation('placed', backendQueueOf('r.host')),
    recordEvent('started', 'created', `'group_snapshot.create.start'`, 'group_snapshot'),
    recordEvent('event', 'snapshot', `'snapshot.create.start'`, 'snapshot'),
  ],
  `SELECT ${columns}, (SELECT queue FROM operation) AS queue,
  CASE WHEN (SELECT count(*) FROM members) <> (SELECT p.volume_count FROM parent p)
    THEN refuse('members')::text END AS refused
FROM created r WHERE (SELECT count(*) FROM over_limit) = 0`,
);

export interface CreatedGroupSnapshot extends GroupSnapshotRow {
  /** The queue of the group's back end. */
  readonly queue: string;
}

/**
 * Makes the row and a snapshot of each member, counts them and queues the work: all of it or none. Null when the group
 * is not within the scope, or it or one of its volumes may not be snapshotted now.
 */
export async function insertGroupSnapshot(
  database: Database,
  scope: Scope,
  family: Family,
  parameters: Omit<ParametersOf<typeof createText>, 'scope' | 'legacy'>,
): Promise<CreatedGroupSnapshot | null> {
  const all = { ...parameters, ...asked(scope, family) };
  const [row] = await createText.all<CreatedGroupSnapshot>(database, all).catch((error: unknown) => {
    if (error instanceof DatabaseError && error.reason === 'members') return [];
    throw error;
  });
  return row ?? null;
}

const whyParentText = statement(
  'group-snapshots.why-not-create',
  `SELECT ${whyColumns(groupMachine, 'snapshot')} FROM groups r WHERE r.id = :id::uuid AND ${visible}`,
);

/** Why no snapshot of the group may be taken. Null when there is no such group. */
export async function whyNotCreate(database: Database, scope: Scope, family: Family, id: string): Promise<Why | null> {
  const [row] = await whyParentText.all<Why>(database, { id, ...asked(scope, family) });
  return row ?? null;
}

const deleteText = statement(
  'group-snapshots.delete',
  [
    fragment(
      'moved',
      `UPDATE group_snapshots r SET ${begins(groupSnapshotMachine, 'delete')}
  WHERE r.id = :id::uuid AND ${visible} AND ${guard(groupSnapshotMachine, 'delete')}
  RETURNING r.*`,
    ),
    fragment(
      'members',
      `UPDATE snapshots r SET ${begins(snapshotMachine, 'delete_in_group')}
  FROM moved m WHERE r.group_snapshot_id = m.id RETURNING r.*`,
    ),
    fragment('placed', `SELECT m.id, m.project_id, g.backend AS host FROM moved m JOIN groups g ON g.id = m.group_id`),
    queueOperation('placed', backendQueueOf('r.host')),
    recordEvent('started', 'moved', `'group_snapshot.delete.start'`, 'group_snapshot'),
    recordEvent('members_told', 'members', `'snapshot.delete.start'`, 'snapshot'),
  ],
  `SELECT operation_id, queue FROM operation`,
);

/** Null when the group snapshot is not within the scope or may not be deleted now. */
export async function beginDelete(
  database: Database,
  scope: Scope,
  family: Family,
  parameters: Omit<ParametersOf<typeof deleteText>, 'scope' | 'legacy'>,
): Promise<BegunWork | null> {
  const [row] = await deleteText.all<BegunWork>(database, { ...parameters, ...asked(scope, family) });
  return row ?? null;
}

const whyText = statement(
  'group-snapshots.why-not-delete',
  `SELECT ${whyColumns(groupSnapshotMachine, 'delete')} FROM group_snapshots r WHERE r.id = :id::uuid AND ${visible}`,
);

/** Why a deletion was refused. Null when there is no such group snapshot. */
export async function whyNotDelete(database: Database, scope: Scope, family: Family, id: string): Promise<Why | null> {
  const [row] = await whyText.all<Why>(database, { id, ...asked(scope, family) });
  return row ?? null;
}

const resetText = statement(
  'group-snapshots.reset-status',
  resettingStatus(groupSnapshotMachine, visible, `'groupsnapshots.reset_status.end'`),
  `SELECT id::text AS id FROM moved`,
);

/** Writes a status over the present one. False when there is no such group snapshot. */
export async function resetStatus(
  database: Database,
  scope: Scope,
  parameters: Omit<ParametersOf<typeof resetText>, 'scope' | 'legacy'>,
): Promise<boolean> {
  return (await resetText.all(database, { ...parameters, ...asked(scope, 'generic') })).length > 0;
}
