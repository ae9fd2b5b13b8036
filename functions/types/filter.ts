// Which types a list shows: public or not, and those with the asked extra specs.
import { seesAllSpecs, visibleExtraSpecs } from '../../schema/volume-types.ts';
import { publicIn } from '../http/booleans.ts';
import type { FilterUse } from '../http/filters.ts';
import { type ListQuery, readList } from '../http/list.ts';
import { parseLiteral } from '../http/literal.ts';
import { at, type Call } from '../http/operation.ts';
import { typeList } from './query.ts';

export interface TypeListQuery extends ListQuery {
  /** True: public types and those that the project has access to. False: private ones. Null: all. */
  readonly isPublic: boolean | null;
}

/** Reads the query of a list of types. Anybody but an admin gets what the own project may use. */
export function readTypeList(call: Call<unknown>): TypeListQuery {
  const isAdmin = call.actor.roles.has('admin');
  // Before 3.52 this list dropped what it did not know, even when others already refused it.
  const isLenient = !at(call, 'type-filters') && !isAdmin;
  const query = readList(call, isLenient ? { ...typeList, lenient: true } : typeList);
  const asked = !at(call, 'type-filters') ? null : call.query.get('extra_specs');
  const specs = asked === null ? [] : specFilters(asked, call.policy.allows(seesAllSpecs, call.actor));
  return {
    ...query,
    withCount: false,
    filters: [...query.filters, ...(specs ?? [])],
    isEmpty: query.isEmpty || specs === null,
    isPublic: isAdmin ? publicIn(call.query) : true,
  };
}

const zones = 'RESKEY:availability_zones';

/** One filter a key. Null when nothing can match: no map, or a key whose value the actor may not learn by asking. */
function specFilters(text: string, seesAll: boolean): FilterUse[] | null {
  const literal = parseLiteral(text);
  if (literal === null || typeof literal !== 'object' || Array.isArray(literal)) return null;
  const pairs = Object.entries(literal).map(([key, value]) => [key, String(value)] as const);
  if (pairs.some(([key, value]) => `${key}${value}`.includes('\u0000'))) return null;
  if (!seesAll && pairs.some(([key]) => !visibleExtraSpecs.includes(key))) return null;
  return pairs.map(([key, value]) =>
    key === zones
      ? // The value is a list in one text: "az1, az2".
        { name: key, sql: `strpos(r.extra_specs ->> '${zones}', $value::text) > 0`, value }
      : { name: key, sql: 'r.extra_specs @> $value::jsonb', value: JSON.stringify({ [key]: value }) },
  );
}
