// The SQL of group types.
import type { Database } from '../../infra/database/port.ts';
import type { GroupTypeRow } from '../../schema/groups.ts';
import { bounded } from '../../schema/sizes.ts';
import { type ParametersOf, statement } from '../../schema/statement.ts';
import type { ListQuery } from '../http/list.ts';
import { type Page, readPage } from '../http/pagination.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import { absentGroupType, groupTypeList } from './query.ts';

/** What operations on `/group_types/{group_type_id}` are done to. */
export const onGroupType: Target<'group_type_id'> = { param: 'group_type_id', absent: absentGroupType };

export { absentGroupType };

const columns = 'r.id::text AS id, r.name, r.description, r.is_public, r.group_specs::text AS group_specs';

/** Types belong to nobody: within a project's scope are the public ones. */
const inScope = '(:scope::text IS NULL OR r.is_public)';

const showText = statement(
  'group-types.show',
  `SELECT ${columns} FROM group_types r WHERE r.id = :id::uuid AND ${inScope}`,
);

/** The type, or null when it is not within the scope. */
export async function findGroupType(database: Database, scope: Scope, id: string): Promise<GroupTypeRow | null> {
  const [row] = await showText.all<GroupTypeRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

const namedText = statement(
  'group-types.show-named',
  `SELECT ${columns} FROM group_types r WHERE r.name = :name::text`,
);

/** The type with that name, or null. */
export async function findNamedGroupType(database: Database, name: string): Promise<GroupTypeRow | null> {
  const [row] = await namedText.all<GroupTypeRow>(database, { name });
  return row ?? null;
}

/** One page of types: public ones, private ones, or with null all of them. */
export function listGroupTypes(
  database: Database,
  query: ListQuery,
  own: Scope,
  isPublic: boolean | null,
): Promise<Page<GroupTypeRow>> {
  const where = isPublic === null ? {} : { where: isPublic ? 'r.is_public' : 'NOT r.is_public' };
  const source = { name: 'group-types.list', columns, from: 'group_types r', projectColumn: null, ...where };
  return readPage(database, source, groupTypeList, query, own);
}

const createText = statement(
  'group-types.create',
  `INSERT INTO group_types AS r (id, name, description, is_public, group_specs, created_at)
VALUES (:id::uuid, :name::text, :description::text, :is_public::boolean, ${bounded('group specs', ':group_specs::jsonb')}, :now::timestamptz)
RETURNING ${columns}`,
);

/** Throws a conflict (`group_types_name`) when the name is taken. */
export async function insertGroupType(
  database: Database,
  parameters: ParametersOf<typeof createText>,
): Promise<GroupTypeRow> {
  const [row] = await createText.all<GroupTypeRow>(database, parameters);
  if (row === undefined) throw new Error('group-types.create returned no row');
  return row;
}

const updateText = statement(
  'group-types.update',
  `UPDATE group_types r SET name = COALESCE(:name::text, r.name),
  description = COALESCE(:description::text, r.description),
  is_public = COALESCE(:is_public::boolean, r.is_public), updated_at = :now::timestamptz
WHERE r.id = :id::uuid
RETURNING ${columns}`,
);

/** Null leaves a field as it is. Null when there is no such type; a conflict when the name is taken. */
export async function updateGroupType(
  database: Database,
  parameters: ParametersOf<typeof updateText>,
): Promise<GroupTypeRow | null> {
  const [row] = await updateText.all<GroupTypeRow>(database, parameters);
  return row ?? null;
}

const deleteText = statement(
  'group-types.delete',
  `WITH deleted AS (
  DELETE FROM group_types r WHERE r.id = :id::uuid AND NOT EXISTS (SELECT 1 FROM groups g WHERE g.group_type_id = r.id)
  RETURNING r.id
)
SELECT EXISTS (SELECT 1 FROM deleted) AS is_deleted FROM group_types r WHERE r.id = :id::uuid`,
);

/** Whether the type is gone now: false while a group has it. Null when there is no such type. */
export async function deleteGroupType(database: Database, id: string): Promise<boolean | null> {
  const [row] = await deleteText.all<{ is_deleted: boolean }>(database, { id });
  return row?.is_deleted ?? null;
}
