// One page of a list in SQL: filters, a keyset condition for the marker, and a total order.
import { type Database, type Parameters, type Statement, sql, type Value } from '../../infra/database/port.ts';
import { everyProject } from '../../schema/every-project.ts';
import { type AnswerType, count, links, listOf, object, optional, since } from './answer-types.ts';
import type { Call } from './call.ts';
import { notFound } from './faults.ts';
import { JsonText } from './json.ts';
import { type Ordered, rowsAfter } from './keyset.ts';
import { nextLink } from './links.ts';
import { type ListQuery, type ListSpec, newestFirst, type Sort } from './list.ts';
import { minorOf } from './microversion.ts';
import { pageText, whereOf } from './page-text.ts';
import type { Scope } from './policy.ts';
import { isUuid } from './schemas.ts';

/** Where the rows come from. */
export interface ListSource {
  /** `volumes.list`: the prefix of the statements' names. */
  readonly name: string;
  /** The output columns. */
  readonly columns: string;
  /** FROM with its joins; the listed table has the alias `r`. */
  readonly from: string;
  /** A condition that always holds, with its parameters. */
  readonly where?: string;
  readonly parameters?: Parameters;
  /** The column that the scope is compared with; default `r.project_id`. Null: the rows belong to no project. */
  readonly projectColumn?: string | null;
  /** The number of rows without any filter, where counters have it: see countOf(). */
  readonly total?: string;
}

/** The number of rows of a table that has a quota, from its counter, plus the rows shown that no quota counts. */
export function countOf(resource: 'volumes' | 'snapshots', scope: Scope, shown = 'TRUE'): string {
  const within = (column: string) => (scope.projectId === null ? 'TRUE' : `${column} = :scope::text`);
  return `(SELECT COALESCE(sum(u.in_use), 0) FROM quota_usages u
    WHERE u.resource = '${resource}' AND u.type_id = '' AND ${within('u.project_id')})
  + (SELECT count(*) FROM ${resource} r WHERE NOT r.consumes_quota AND ${within('r.project_id')} AND ${shown})`;
}

export interface Page<Row> {
  readonly rows: Row[];
  /** The number of all matches, when the request asked for it. */
  readonly count: number | null;
}

interface Built {
  readonly conditions: readonly string[];
  /** Columns that have the same value in every row. */
  readonly fixed: ReadonlySet<string>;
  readonly parameters: Record<string, Value>;
}

/**
 * Reads one page in one statement, plus one before it when there is a marker or a count to look up. The marker must
 * be within the scope, else 404. Rows come in a total order: the requested keys, then created_at and id.
 */
export async function readPage<Row>(
  database: Database,
  source: ListSource,
  spec: ListSpec,
  query: ListQuery,
  scope: Scope,
): Promise<Page<Row>> {
  if (query.isEmpty) return { rows: [], count: query.withCount ? 0 : null };
  const built = build(source, query, scope);
  const order = totalOrder(query.sort, spec, built.fixed);
  const looked = await lookUp(database, source, spec, query, built, order, scope);
  if (query.limit === 0) return { rows: [], count: looked.count };
  const keyset = looked.marker === null ? null : rowsAfter(order, looked.marker);
  const { limit, offset } = query;
  const isInOrder = comesInOrder(query, spec);
  const page = { ...source, conditions: built.conditions, order, keyset, limit, offset, keysFirst: !isInOrder };
  const statement = sql(source.name, pageText(page));
  const planned: Statement = keepsPlan(query, spec) ? statement : { ...statement, plansEach };
  const rows = await database.all<Row>(planned, { ...built.parameters, ...keyset?.parameters });
  return { rows, count: looked.count };
}

const plansEach = true;
const usualLimits = new Set([1, 5, 10, 20, 25, 50, 100, 200]);

/**
 * Whether one plan fits every value: a short page, newest first, with at most one filter whose index has that order.
 * Other lists are planned with their actual values, 0.3 ms: a generic plan of 1,000 rows for any project may read and
 * sort the whole table, and each limit and each mix of filters would need one more cached plan.
 */
const keepsPlan = (query: ListQuery, spec: ListSpec) => usualLimits.has(query.limit) && comesInOrder(query, spec);

/** Whether an index has the rows of the page one after another. */
function comesInOrder(query: ListQuery, spec: ListSpec): boolean {
  const order = spec.defaultSort ?? newestFirst;
  return (
    query.offset === 0 &&
    query.sort.length === order.length &&
    query.sort.every((one, n) => one.key === order[n]?.key && one.descending === order[n]?.descending) &&
    query.filters.length <= 1 &&
    query.filters.every((one) => one.plansEach !== true)
  );
}

function build(source: ListSource, query: ListQuery, scope: Scope): Built {
  const conditions: string[] = [];
  const parameters: Record<string, Value> = { ...source.parameters };
  const projectColumn = source.projectColumn === undefined ? 'r.project_id' : source.projectColumn;
  if (projectColumn !== null && scope.projectId !== null) {
    conditions.push(`${projectColumn} = :scope::text`);
    parameters.scope = scope.projectId;
  }
  const fixed = new Set(query.filters.flatMap(({ equals }) => (equals === undefined ? [] : [equals])));
  if (projectColumn !== null && scope.projectId !== null) fixed.add(projectColumn);
  if (projectColumn !== null && !fixed.has(projectColumn)) conditions.push(everyProject(projectColumn));
  if (source.where !== undefined) conditions.push(source.where);
  query.filters.forEach((filter, index) => {
    conditions.push(filter.sql.replaceAll('$value', `:filter_${index}`));
    if (filter.value !== undefined) parameters[`filter_${index}`] = filter.value;
  });
  return { conditions, fixed, parameters };
}

/**
 * The requested keys, then created_at and id in the direction of the first, so that no two rows are equal. Keys that
 * are the same in all rows are left out: no index would be found with them.
 */
function totalOrder(sort: readonly Sort[], spec: ListSpec, fixed: ReadonlySet<string>): readonly Ordered[] {
  const descending = sort[0]?.descending ?? true;
  const id = spec.sortKeys.id?.column;
  const keys = [...sort, { key: 'created_at', descending }, { key: 'id', descending }];
  const out: Ordered[] = [];
  for (const one of keys) {
    const key = spec.sortKeys[one.key];
    if (key === undefined || out.some((known) => known.key.column === key.column)) continue;
    if (fixed.has(key.column) && key.column !== id) continue;
    out.push({ key, descending: one.descending });
    if (key.column === id) break;
  }
  return out;
}

interface LookedUp {
  readonly count: number | null;
  readonly marker: readonly Value[] | null;
}

async function lookUp(
  database: Database,
  source: ListSource,
  spec: ListSpec,
  query: ListQuery,
  built: Built,
  order: readonly Ordered[],
  scope: Scope,
): Promise<LookedUp> {
  if (query.marker === null && !query.withCount) return { count: null, marker: null };
  if (query.marker !== null && !isUuid(query.marker)) throw notFound(spec.absent(query.marker));
  const isWhole = query.filters.length === 0 && source.total !== undefined;
  const matches = isWhole ? source.total : `SELECT count(*) FROM ${source.from}${whereOf(built.conditions)}`;
  const count = query.withCount ? `(${matches})::int` : 'NULL::int';
  const { text, parameters } = markerSql(source, query, order, scope);
  const statement = sql(`${source.name}.marker`, `SELECT ${count} AS count, ${text} AS marker`);
  const planned: Statement = keepsPlan(query, spec) && !query.withCount ? statement : { ...statement, plansEach };
  const [found] = await database.all<{ count: number | null; marker: string | null }>(planned, {
    ...(query.withCount ? built.parameters : {}),
    ...parameters,
  });
  if (query.marker === null) return { count: found?.count ?? 0, marker: null };
  if (found?.marker == null) throw notFound(spec.absent(query.marker));
  return { count: found.count, marker: JSON.parse(found.marker) as Value[] }; // markerSql, below, made it
}

/** The marker's sort values as one JSON array in text. */
function markerSql(source: ListSource, query: ListQuery, order: readonly Ordered[], scope: Scope) {
  if (query.marker === null) return { text: 'NULL::text', parameters: {} };
  const projectColumn = source.projectColumn === undefined ? 'r.project_id' : source.projectColumn;
  const isScoped = projectColumn !== null && scope.projectId !== null;
  const values = order.map((one) => (one.key.type === 'timestamptz' ? `${one.key.column}::text` : one.key.column));
  return {
    text: `(SELECT json_build_array(${values.join(', ')})::text FROM ${source.from}
  WHERE r.id = :marker::uuid${isScoped ? ` AND ${projectColumn} = :scope::text` : ''}${
    source.where === undefined ? '' : ` AND ${source.where}`
  })`,
    parameters: { ...source.parameters, marker: query.marker, ...(isScoped ? { scope: scope.projectId } : {}) },
  };
}

/** The type of what listBody() returns, for items of this type. */
export function pageType(spec: ListSpec, item: AnswerType): AnswerType {
  const { pagingSince = '3.0', linkKey } = spec;
  return object({
    [spec.collection]: listOf(item),
    ...(linkKey === null ? {} : { [linkKey]: since(pagingSince, optional(links)) }),
    ...(spec.counts === true ? { count: since('3.45', optional(count)) } : {}),
  });
}

/** The body of a list: the items under their key, the next link when the page is full, and the count when requested. */
export function listBody<Row extends { readonly id: string }>(
  call: Call<unknown>,
  spec: ListSpec,
  query: ListQuery,
  page: Page<Row>,
  render: (row: Row) => string,
): JsonText {
  const last = page.rows.at(-1);
  const isFull = last !== undefined && page.rows.length >= query.limit;
  // Before paging was added, a page was the whole list.
  const pages = spec.pagingSince === undefined || call.minor >= minorOf(spec.pagingSince);
  let text = `{"${spec.collection}":[${page.rows.map(render).join(',')}]`;
  if (isFull && pages && spec.linkKey !== null) {
    text += `,"${spec.linkKey}":${JSON.stringify([nextLink(call.links, call.query, last.id)])}`;
  }
  if (page.count !== null) text += `,"count":${page.count}`;
  return new JsonText(`${text}}`);
}
