// The SQL of volume types.
import type { Database, Parameters } from '../../infra/database/port.ts';
import { bounded } from '../../schema/sizes.ts';
import { type ParametersOf, statement } from '../../schema/statement.ts';
import type { VolumeTypeRow } from '../../schema/volume-types.ts';
import { type Page, readPage } from '../http/pagination.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import type { TypeListQuery } from './filter.ts';
import { absentType, typeList } from './query.ts';

/** What operations on `/types/{volume_type_id}` are done to. */
export const onType: Target<'volume_type_id'> = { param: 'volume_type_id', absent: absentType };

export { absentType };

const columns = `r.id::text AS id, r.name, r.description, r.is_public, r.extra_specs::text AS extra_specs,
  r.qos_specs_id::text AS qos_specs_id`;

const hasAccess = (project: string) =>
  `EXISTS (SELECT 1 FROM volume_type_access a WHERE a.volume_type_id = r.id AND a.project_id = ${project})`;

/** Types belong to nobody: within a project's scope are the public ones and those it has access to. */
const inScope = `(:scope::text IS NULL OR r.is_public OR ${hasAccess(':scope::text')})` as const;

const showText = statement('types.show', `SELECT ${columns} FROM volume_types r WHERE r.id = :id::uuid AND ${inScope}`);

/** The type, or null when it is not within the scope. */
export async function findType(database: Database, scope: Scope, id: string): Promise<VolumeTypeRow | null> {
  const [row] = await showText.all<VolumeTypeRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

const defaultText = statement(
  'types.show-default',
  `SELECT ${columns} FROM volume_types r WHERE r.id = COALESCE(
  (SELECT d.volume_type_id FROM default_volume_types d WHERE d.project_id = :scope::text),
  (SELECT n.id FROM volume_types n WHERE n.name = :default_type::text))`,
);

/** The type of volumes that name none: the project's own default, else the service's. */
export async function findDefaultType(
  database: Database,
  scope: Scope,
  defaultType: string | null,
): Promise<VolumeTypeRow | null> {
  const [row] = await defaultText.all<VolumeTypeRow>(database, { ...scopeParameter(scope), default_type: defaultType });
  return row ?? null;
}

/** One page of types. `own` is the scope of the actor's project, whose private types a public list has too. */
export function listTypes(database: Database, query: TypeListQuery, own: Scope): Promise<Page<VolumeTypeRow>> {
  const source = { name: 'types.list', columns, from: 'volume_types r', projectColumn: null, ...shown(query, own) };
  return readPage(database, source, typeList, query, own);
}

function shown(query: TypeListQuery, own: Scope): { where?: string; parameters?: Parameters } {
  if (query.isPublic === null) return {};
  if (!query.isPublic) return { where: 'NOT r.is_public' };
  return { where: `(r.is_public OR ${hasAccess(':project::text')})`, parameters: { project: own.projectId ?? '' } };
}

const createText = statement(
  'types.create',
  `INSERT INTO volume_types AS r (id, name, description, is_public, extra_specs, created_at)
VALUES (:id::uuid, :name::text, :description::text, :is_public::boolean, ${bounded('extra specs', 'jsonb_strip_nulls(:extra_specs::jsonb)')},
  :now::timestamptz)
RETURNING ${columns}`,
);

/** Throws a conflict (`volume_types_name`) when the name is taken. */
export async function insertType(
  database: Database,
  parameters: ParametersOf<typeof createText>,
): Promise<VolumeTypeRow> {
  const [row] = await createText.all<VolumeTypeRow>(database, parameters);
  if (row === undefined) throw new Error('types.create returned no row');
  return row;
}

const updateText = statement(
  'types.update',
  `UPDATE volume_types r SET name = COALESCE(:name::text, r.name),
  description = COALESCE(:description::text, r.description),
  is_public = COALESCE(:is_public::boolean, r.is_public), updated_at = :now::timestamptz
WHERE r.id = :id::uuid
RETURNING ${columns}`,
);

/** Null leaves a field as it is. Null when there is no such type; a conflict when the name is taken. */
export async function updateType(
  database: Database,
  parameters: ParametersOf<typeof updateText>,
): Promise<VolumeTypeRow | null> {
  const [row] = await updateText.all<VolumeTypeRow>(database, parameters);
  return row ?? null;
}

/** A type's volumes or snapshots, over the alias `r`. */
export const isUsed = `(EXISTS (SELECT 1 FROM volumes v WHERE v.volume_type_id = r.id)
    OR EXISTS (SELECT 1 FROM snapshots s WHERE s.volume_type_id = r.id))`;
const isDefault = `(r.name = COALESCE(:default_type::text, '')
    OR EXISTS (SELECT 1 FROM default_volume_types d WHERE d.volume_type_id = r.id))`;
const isOnly = '(SELECT count(*) = 1 FROM volume_types)';

const deleteText = statement(
  'types.delete',
  `WITH deleted AS (
  DELETE FROM volume_types r WHERE r.id = :id::uuid AND NOT ${isUsed} AND NOT ${isDefault} AND NOT ${isOnly}
  RETURNING r.id::text AS id
), quotas_gone AS (
  DELETE FROM quotas q USING deleted d WHERE q.type_id = d.id
), classes_gone AS (
  DELETE FROM quota_classes k USING deleted d WHERE k.type_id = d.id
), usages_gone AS (
  DELETE FROM quota_usages u USING deleted d WHERE u.type_id = d.id
)
SELECT EXISTS (SELECT 1 FROM deleted) AS is_deleted, ${isUsed} AS is_used, ${isDefault} AS is_default, ${isOnly} AS is_only
FROM volume_types r WHERE r.id = :id::uuid`,
);

export interface Deletion {
  readonly is_deleted: boolean;
  readonly is_used: boolean;
  readonly is_default: boolean;
  readonly is_only: boolean;
}

/**
 * Deletes a type with its access list and its quotas, unless something uses it; null when there is no such type.
 * A volume made at the same moment is a conflict of its foreign key: in use.
 */
export async function deleteType(database: Database, id: string, defaultType: string | null): Promise<Deletion | null> {
  const [row] = await deleteText.all<Deletion>(database, { id, default_type: defaultType });
  return row ?? null;
}
