// Which filters each list takes, read off the lists themselves.

import * as is from '../http/answer-types.ts';
import type { ListSpec } from '../http/list.ts';
import { minorOf } from '../http/microversion.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';

/** Filters that lists read themselves, with the microversion that brought them where it was not the first. */
const ownSince: Readonly<Record<string, number>> = { extra_specs: 52 };

/** Pools are no table and have no list of filters as data. */
const poolFilters: readonly (readonly [name: string, since: number])[] = [
  ['name', 28],
  ['volume_type', 35],
];

const shown = is.object({ resource: is.text, filters: is.listOf(is.text) });

interface Shown {
  readonly resource: string;
  readonly filters: readonly string[];
}

/** The filters of a list that anybody may use, at a microversion; not those that are another's old name. */
function filtersOf(spec: ListSpec, minor: number): string[] {
  const listed = Object.entries(spec.filters).filter(
    ([name, { admin, since }]) =>
      admin !== true && !name.startsWith('display_') && (since === undefined || minorOf(since) <= minor),
  );
  return [...listed.map(([name]) => name), ...(spec.own ?? []).filter((name) => (ownSince[name] ?? 0) <= minor)];
}

/** `volumes` is the list of the resource `volume`. */
const resourceOf = (collection: string) => collection.replace(/s$/, '');

function shownAt(lists: readonly ListSpec[], minor: number): Shown[] {
  const shown = lists.map((spec) => ({ resource: resourceOf(spec.collection), filters: filtersOf(spec, minor) }));
  const pools = poolFilters.filter(([, since]) => since <= minor).map(([name]) => name);
  return [...shown, { resource: 'pool', filters: pools }].sort((a, b) => (a.resource < b.resource ? -1 : 1));
}

/** The resource that tells the filters of the others. */
export function resourceFilters(described: readonly Resource[]): Resource {
  const lists = new Map<string, ListSpec>();
  for (const { operations } of described) {
    for (const { list } of operations) if (list !== undefined) lists.set(list.collection, list);
  }
  return {
    name: 'resource-filters',
    rules: {},
    operations: [
      operation({
        name: 'resource-filter-list',
        summary: 'List the filters that lists take',
        method: 'GET',
        path: '/resource_filters',
        since: '3.33',
        policy: [],
        success: 200,
        queryParameters: { resource: 'one resource: volume, snapshot …' },
        answers: is.object({ resource_filters: is.listOf(shown) }),
        async handler(call: Call) {
          const all = shownAt([...lists.values()], call.minor);
          const asked = call.query.get('resource');
          if (asked === null || asked === '') return { resource_filters: all };
          const found = all.find(({ resource }) => resource === asked);
          return { resource_filters: [found ?? { resource: asked.slice(0, 255), filters: [] }] };
        },
      }),
    ],
  };
}
