// Reading groups. Consistency groups are groups of one type that the legacy API alone sees.

import type { Database } from '../../../infra/database/port.ts';
import { inScope, utc } from '../../../schema/expressions.ts';
import { type GroupMove, type GroupRow, groupMachine, legacyGroupType } from '../../../schema/groups.ts';
import { type Why, whyColumns } from '../../../schema/machine.ts';
import { statement } from '../../../schema/statement.ts';
import type { ListQuery, ListSpec } from '../../http/list.ts';
import { type Page, readPage } from '../../http/pagination.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';

/** Which of the two APIs asks: each sees its own groups only. */
export type Family = 'generic' | 'legacy';

export const isLegacy = (family: Family) => ({ legacy: family === 'legacy' });

/** Whether a group is within the scope and of the family, over the alias `r`. */
export const visible = `${inScope}
    AND (r.group_type_id = '${legacyGroupType}') = :legacy::boolean` as const;

/** The columns of GroupRow over the alias `r`. */
const columns = (withVolumes: string) => `r.id::text AS id, r.project_id, r.name, r.description, r.status,
  r.availability_zone, r.group_type_id::text AS group_type_id, r.group_snapshot_id::text AS group_snapshot_id,
  r.source_group_id::text AS source_group_id, r.replication_status, ${utc('r.created_at')} AS created_at,
  (SELECT COALESCE(json_agg(y.volume_type_id ORDER BY y.volume_type_id), '[]')::text
    FROM group_volume_types y WHERE y.group_id = r.id) AS volume_types,
  CASE WHEN ${withVolumes} THEN (SELECT COALESCE(json_agg(v.id ORDER BY v.created_at, v.id), '[]')::text
    FROM volumes v WHERE v.group_id = r.id) END AS volumes`;

const showText = statement(
  'groups.show',
  `SELECT ${columns(':list_volume::boolean')} FROM groups r WHERE r.id = :id::uuid AND ${visible}`,
);

/** The group, with its members' ids when they are asked for; null when it is not within the scope. */
export async function findGroup(
  database: Database,
  scope: Scope,
  family: Family,
  id: string,
  listsVolumes = false,
): Promise<GroupRow | null> {
  const parameters = { id, list_volume: listsVolumes, ...scopeParameter(scope), ...isLegacy(family) };
  const [row] = await showText.all<GroupRow>(database, parameters);
  return row ?? null;
}

/** One page of groups. */
export function listGroups(
  database: Database,
  spec: ListSpec,
  query: ListQuery,
  scope: Scope,
  family: Family,
  listsVolumes = false,
): Promise<Page<GroupRow>> {
  const source = {
    name: 'groups.list',
    columns: columns(listsVolumes ? 'TRUE' : 'FALSE'),
    from: 'groups r',
    where: `r.group_type_id ${family === 'legacy' ? '=' : '<>'} '${legacyGroupType}'`,
  };
  return readPage(database, source, spec, query, scope);
}

const whyTexts = Object.fromEntries(
  Object.keys(groupMachine.moves).map((move) => [
    move,
    statement(
      `groups.why-not-${move}`,
      `SELECT ${whyColumns(groupMachine, move)} FROM groups r WHERE r.id = :id::uuid AND ${visible}`,
    ),
  ]),
);

/** Why a move was refused. Null when there is no such group. */
export async function whyNot(
  database: Database,
  scope: Scope,
  family: Family,
  move: GroupMove,
  id: string,
): Promise<Why | null> {
  const statement = whyTexts[move];
  if (statement === undefined) throw new Error(`no move ${move}`);
  const [row] = await statement.all<Why>(database, { id, ...scopeParameter(scope), ...isLegacy(family) });
  return row ?? null;
}
