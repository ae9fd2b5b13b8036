// The SQL of quotas: what a project, or a class of projects, may have, and what it has.
import type { Database } from '../../infra/database/port.ts';
import { quotaResources, typedQuotaResources } from '../../schema/quotas.ts';
import { statement } from '../../schema/statement.ts';

/** One limit under its key in the API: `volumes`, `volumes_fast`. */
export interface QuotaRow {
  readonly key: string;
  readonly resource: string;
  /** '' for all types together. */
  readonly type_id: string;
  /** -1 is no limit. */
  readonly limit: number;
  readonly in_use: number;
}

const values = (names: readonly string[]) => `(VALUES ${names.map((name, i) => `('${name}', ${i})`).join(', ')})`;

const general = `SELECT x.resource, '' AS type_id, x.resource AS key, x.place, '' AS type_name
  FROM ${values(quotaResources)} AS x (resource, place)`;

const withTypes = `${general}
  UNION ALL SELECT x.resource, t.id::text, x.resource || '_' || t.name, ${quotaResources.length} + x.place, t.name
  FROM volume_types t CROSS JOIN ${values(typedQuotaResources)} AS x (resource, place)`;

const onKey = (alias: string) => `${alias}.resource = w.resource AND ${alias}.type_id = w.type_id`;
const inClass = <const Name extends string>(alias: string, name: Name) =>
  `LEFT JOIN quota_classes ${alias} ON ${alias}.class_name = ${name} AND ${onKey(alias)}` as const;
const ofProject = `LEFT JOIN quotas q ON q.project_id = :project::text AND ${onKey('q')}
LEFT JOIN quota_usages u ON u.project_id = :project::text AND ${onKey('u')}` as const;

const read = <const Joins extends string>(name: string, wanted: string, limit: string, joins: Joins, usage = '0') =>
  statement(
    name,
    `WITH wanted AS (
  ${wanted}
)
SELECT w.key, w.resource, w.type_id, COALESCE(${limit}, d.hard_limit, -1)::int AS "limit",
  ${usage}::double precision AS in_use
FROM wanted w
${inClass('d', `'default'`)}
${joins}
ORDER BY w.type_name, w.place`,
  );

const used = 'COALESCE(u.in_use, 0)';
const projectText = read('quotas.show', withTypes, 'q.hard_limit', ofProject, used);
const limitsText = read('quotas.limits', general, 'q.hard_limit', ofProject, used);
const defaultsText = read('quotas.defaults', withTypes, 'NULL::bigint', '');
const classText = read('quotas.class', withTypes, 'k.hard_limit', inClass('k', ':class::text'));

/** Every limit of a project with its use, those of each volume type too. Any id is a project. */
export function readQuotas(database: Database, project: string): Promise<QuotaRow[]> {
  return projectText.all<QuotaRow>(database, { project });
}

/** The limits of a project with their use, without those of single volume types. */
export function readGeneralQuotas(database: Database, project: string): Promise<QuotaRow[]> {
  return limitsText.all<QuotaRow>(database, { project });
}

/** What a project has that nobody has given limits of its own: the class `default`. */
export function readDefaultQuotas(database: Database): Promise<QuotaRow[]> {
  return defaultsText.all<QuotaRow>(database);
}

/** The limits of a class; what it does not say is as in the class `default`. */
export function readClassQuotas(database: Database, name: string): Promise<QuotaRow[]> {
  return classText.all<QuotaRow>(database, { class: name });
}

/** A limit to set. */
export interface NewLimit {
  readonly resource: string;
  readonly type_id: string;
  readonly hard_limit: number;
}

// A type that was deleted since the keys were read gets no row.
const write = (name: string, table: string, owner: string) =>
  statement(
    name,
    `INSERT INTO ${table} (${owner}, resource, type_id, hard_limit)
SELECT :owner::text, x.resource, x.type_id, x.hard_limit
FROM jsonb_to_recordset(:limits::jsonb) AS x (resource text, type_id text, hard_limit bigint)
WHERE x.type_id = '' OR EXISTS (SELECT 1 FROM volume_types t WHERE t.id::text = x.type_id)
ORDER BY x.resource, x.type_id
ON CONFLICT ON CONSTRAINT ${table}_once DO UPDATE SET hard_limit = EXCLUDED.hard_limit`,
  );

const writeProjectText = write('quotas.update', 'quotas', 'project_id');
const writeClassText = write('quota-classes.update', 'quota_classes', 'class_name');

const toParameters = (owner: string, limits: readonly NewLimit[]) => ({
  owner,
  limits: JSON.stringify(limits),
});

/** Sets limits of a project. */
export async function writeQuotas(database: Database, project: string, limits: readonly NewLimit[]): Promise<void> {
  await writeProjectText.all(database, toParameters(project, limits));
}

/** Sets limits of a class. */
export async function writeClassQuotas(database: Database, name: string, limits: readonly NewLimit[]): Promise<void> {
  await writeClassText.all(database, toParameters(name, limits));
}

const deleteText = statement('quotas.delete', 'DELETE FROM quotas q WHERE q.project_id = :project::text');

/** Takes a project's own limits away, so that the class `default` holds for it again. */
export async function deleteQuotas(database: Database, project: string): Promise<void> {
  await deleteText.all(database, { project });
}

/** Rows with limits from a request put in, and those limits as rows to write. */
export function withLimits(rows: readonly QuotaRow[], limits: ReadonlyMap<string, number>) {
  const after = rows.map((row) => ({ ...row, limit: limits.get(row.key) ?? row.limit }));
  const changed = after.filter((row) => limits.has(row.key));
  return {
    after,
    changed: changed.map((row): NewLimit => ({ resource: row.resource, type_id: row.type_id, hard_limit: row.limit })),
  };
}

/** Limits by their key, as answers have them. */
export function limitsByKey(rows: readonly QuotaRow[]): Record<string, number> {
  return Object.fromEntries(rows.map((row) => [row.key, row.limit]));
}
