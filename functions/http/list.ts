// Lists as data: which keys sort, which filter, and how the query parameters of a request are read.

import { queryFlag } from './booleans.ts';
import { at, type Call } from './call.ts';
import { badRequest } from './faults.ts';
import { type FilterUse, filterOf, type ListFilters } from './filters.ts';
import { minorOf, type Version } from './microversion.ts';

export interface SortKey {
  /** The SQL expression, and the type to which the marker's value is cast. */
  readonly column: string;
  readonly type: 'text' | 'uuid' | 'int' | 'timestamptz' | 'boolean';
  readonly nullable?: true;
  readonly since?: Version;
}

export interface ListSpec {
  /** `volumes`, and the prefix of the next link's key: `volumes_links`; null for a list that has none. */
  readonly collection: string;
  readonly linkKey: string | null;
  readonly sortKeys: Readonly<Record<string, SortKey>>;
  readonly filters: ListFilters;
  /** Sorting and paging start at this microversion; before it, the parameters are ignored. */
  readonly pagingSince?: Version;
  /** The order without sort parameters; further keys make it total. */
  readonly defaultSort?: readonly Sort[];
  /** `with_count=true` adds the number of all matches, from 3.45. */
  readonly counts?: true;
  /** Unknown filters are dropped at every version. */
  readonly lenient?: true;
  /** Its rows belong to no project, so all_tenants has no effect. */
  readonly ofNoProject?: true;
  /** More query parameters, which the handler reads itself. */
  readonly own?: readonly string[];
  /** What the 404 calls a marker that does not exist. */
  readonly absent: (id: string) => string;
}

export interface Sort {
  readonly key: string;
  readonly descending: boolean;
}

export interface ListQuery {
  readonly limit: number;
  readonly offset: number;
  readonly marker: string | null;
  readonly sort: readonly Sort[];
  readonly filters: readonly FilterUse[];
  /** No row can match (an admin filtered by something that is not a column). */
  readonly isEmpty: boolean;
  readonly withCount: boolean;
  readonly allTenants: boolean;
}

const paging = new Set(['limit', 'marker', 'offset', 'sort', 'sort_key', 'sort_dir', 'with_count', 'all_tenants']);

/** Reads the query parameters of a list. Refuses what Cinder refuses, with the same words. */
export function readList(call: Call<unknown>, spec: ListSpec): ListQuery {
  const pages = spec.pagingSince === undefined || call.minor >= minorOf(spec.pagingSince);
  const isAdmin = call.actor.roles.has('admin');
  const { filters, isEmpty } = readFilters(call, spec, isAdmin);
  return {
    limit: pages ? readLimit(call.query.get('limit'), call.settings.maxLimit) : call.settings.maxLimit,
    offset: pages ? readOffset(call.query.get('offset')) : 0,
    marker: pages ? call.query.get('marker') : null,
    sort: pages ? readSort(call, spec) : (spec.defaultSort ?? newestFirst),
    filters,
    isEmpty,
    withCount: canCount(call, spec) && queryFlag(call.query, 'with_count'),
    allTenants: knowsTenants(call, spec, isAdmin) && queryFlag(call.query, 'all_tenants') && isAdmin,
  };
}

const canCount = (call: Call<unknown>, { counts }: ListSpec) => counts === true && at(call, 'list-count');

/** A member may name it too, without effect; before unknown filters were refused it was dropped unread. */
const knowsTenants = (call: Call<unknown>, { ofNoProject }: ListSpec, isAdmin: boolean) =>
  ofNoProject !== true && (isAdmin || at(call, 'refuse-unknown-filters'));

export const newestFirst: readonly Sort[] = [{ key: 'created_at', descending: true }];

/** Read as Python does: a plus sign (which a URL turns into a space) and surrounding spaces are allowed. */
const integerIn = (text: string) => (/^[+-]?\d+$/.test(text.trim()) ? Number(text) : null);

function readLimit(value: string | null, most: number): number {
  if (value === null) return most;
  const limit = integerIn(value);
  if (limit === null) throw badRequest('limit param must be an integer');
  if (limit < 0) throw badRequest('limit param must be positive');
  return Math.min(limit, most);
}

function readOffset(value: string | null): number {
  if (value === null) return 0;
  const offset = integerIn(value);
  if (offset === null) throw badRequest('offset param must be an integer');
  if (offset < 0) throw badRequest('offset param must be positive');
  if (offset > 2_147_483_647)
    throw badRequest(`An invalid 'offset' value was provided. (offset ${value} is too large)`);
  return offset;
}

function readSort(call: Call<unknown>, spec: ListSpec): readonly Sort[] {
  const sort = call.query.get('sort');
  const key = call.query.get('sort_key');
  const direction = call.query.get('sort_dir');
  if (sort !== null && (key !== null || direction !== null)) {
    throw badRequest(
      "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' parameter.",
    );
  }
  if (sort === null && key === null && direction === null) return spec.defaultSort ?? newestFirst;
  const asked =
    sort === null
      ? [{ key: (key ?? spec.defaultSort?.[0]?.key ?? 'created_at').trim(), direction: (direction ?? 'desc').trim() }]
      : sort.split(',').map((part) => {
          const [name = '', ...way] = part.split(':');
          // `name:` has the usual direction.
          return { key: name.trim(), direction: way.join(':').trim() || 'desc' };
        });
  return asked.map((one) => toSort(call, spec, one.key, one.direction));
}

function toSort(call: Call<unknown>, spec: ListSpec, key: string, direction: string): Sort {
  if (direction !== 'asc' && direction !== 'desc') {
    throw badRequest("Unknown sort direction, must be 'desc' or 'asc'.");
  }
  const known = Object.hasOwn(spec.sortKeys, key) ? spec.sortKeys[key] : undefined;
  if (known === undefined || (known.since !== undefined && call.minor < minorOf(known.since))) {
    throw badRequest('Invalid input received: Sort key supplied is invalid.');
  }
  return { key, descending: direction === 'desc' };
}

const isAscii = /^\p{ASCII}*$/u;

function readFilters(call: Call<unknown>, spec: ListSpec, isAdmin: boolean) {
  const filters: FilterUse[] = [];
  const unknown: string[] = [];
  for (const [name, value] of call.query) {
    if (paging.has(name) || spec.own?.includes(name)) continue;
    if (!isAscii.test(name) && at(call, 'refuse-unknown-filters') && spec.lenient !== true) {
      throw badRequest('ListFilter keys can only contain ASCII characters.');
    }
    const use = filterOf(spec.filters, name, value, call.minor, isAdmin);
    if (use === 'unknown') unknown.push(name);
    else if (use !== 'ignored') filters.push(use);
  }
  if (unknown.length > 0 && !isAdmin && spec.lenient !== true && at(call, 'refuse-unknown-filters')) {
    throw badRequest(`Invalid filters ${unknown.join(',')} are found in query options.`);
  }
  return { filters, isEmpty: isAdmin && spec.lenient !== true && unknown.length > 0 };
}
