// Filters of lists as data: what a query parameter compares, and the SQL for it.
import type { Parameters } from '../../infra/database/port.ts';
import { booleanIn } from './booleans.ts';
import { badRequest } from './faults.ts';
import { type Literal, parseLiteral } from './literal.ts';
import { isAt, minorOf, type Version } from './microversion.ts';
import { isUuid } from './schemas.ts';
import { timeIn } from './times.ts';

export interface ListFilter {
  readonly kind: 'text' | 'uuid' | 'int' | 'boolean' | 'json' | 'time';
  /** The SQL expression to compare. For `json`, one or more jsonb columns; a match in any of them counts. */
  readonly column: string | readonly string[];
  readonly since?: Version;
  /** For admins only; for everybody else it does not exist. */
  readonly admin?: true;
  /** `name~=text` works from 3.34, for admins. */
  readonly like?: true;
  /** The value is taken literally, never read as a Python literal. */
  readonly raw?: true;
  /** From this version on, a word that is not a boolean is refused; before it, any other word means true. */
  readonly strictSince?: Version;
  /** An index holds a project's rows of each value in the order of the list, so one plan fits every value. */
  readonly ordered?: true;
  /** The column holds words of ours in this case, so the comparison ignores case. Names are compared exactly. */
  readonly wordsIn?: 'lower' | 'upper';
  /** What the database calls a word that clients use. */
  readonly words?: Readonly<Record<string, readonly string[]>>;
}

export type ListFilters = Readonly<Record<string, ListFilter>>;

/** A filter as a request uses it: SQL with its parameters, which get their numbers when the list is built. */
export interface FilterUse {
  readonly name: string;
  /** The SQL text; `$value` is the parameter (its cast follows). */
  readonly sql: string;
  readonly value: Parameters[string] | undefined;
  /** The column that must equal the value. */
  readonly equals?: string;
  /** Whether an index helps depends on the value: see Statement. */
  readonly plansEach?: true;
}

/** Reads one query parameter as a filter. `ignored` drops it; what to do about `unknown` is up to the caller. */
export function filterOf(
  filters: ListFilters,
  name: string,
  value: string,
  minor: number,
  isAdmin: boolean,
): FilterUse | 'unknown' | 'ignored' {
  const isLike = name.endsWith('~');
  const plain = isLike ? name.slice(0, -1) : name;
  const filter = Object.hasOwn(filters, plain) ? filters[plain] : undefined;
  if (filter === undefined || (filter.admin && !isAdmin)) return 'unknown';
  if (filter.since !== undefined && minor < minorOf(filter.since)) return tooNew(minor);
  if (isLike) {
    if (!isAt(minor, 'like-filters')) return tooNew(minor);
    // Cinder's default file lists them for nobody, but an admin may use any of them.
    if (filter.like !== true || !isAdmin) return 'unknown';
    if (value.includes('\u0000')) return never(name);
    return {
      name,
      sql: `${columnOf(filter)} LIKE $value::text`,
      value: `%${inCase(filter, value).replace(/[\\%_]/g, '\\$&')}%`,
      plansEach,
    };
  }
  return compare(filter, plain, value, minor);
}

/** What a later version calls this filter. */
const tooNew = (minor: number) => (isAt(minor, 'refuse-unknown-filters') ? 'unknown' : 'ignored');

const plansEach = true;
const planOf = (filter: ListFilter) => (filter.ordered ? {} : { plansEach: true as const });
/** Separates the values of a list; no name, status or id contains it. */
const separator = '\u001f';
const columnOf = (filter: ListFilter) => (typeof filter.column === 'string' ? filter.column : (filter.column[0] ?? ''));
const never = (name: string): FilterUse => ({ name, sql: 'FALSE', value: undefined });

function compare(filter: ListFilter, name: string, value: string, minor: number): FilterUse {
  switch (filter.kind) {
    case 'boolean':
      return boolean(filter, name, value, minor);
    case 'json':
      return json(filter, name, value);
    case 'time':
      return times(filter, name, value);
    default:
      return equal(filter, name, value);
  }
}

function equal(filter: ListFilter, name: string, value: string): FilterUse {
  const literal = filter.raw ? undefined : parseLiteral(value);
  const values = Array.isArray(literal) ? literal.map(String) : [typeof literal === 'string' ? literal : value];
  const known = values
    .map((one) => inCase(filter, one))
    .flatMap((one) => filter.words?.[one] ?? [one])
    .filter((one) => isPossible(filter, one));
  const column = columnOf(filter);
  if (known.length === 0) return never(name);
  if (known.length === 1) {
    return { name, sql: `${column} = $value::${filter.kind}`, value: known[0], equals: column, ...planOf(filter) };
  }
  // string_to_array is immutable, so the planner sees the values and can estimate how many rows match.
  const list = `string_to_array($value::text, E'\\x1f')::${filter.kind}[]`;
  return { name, sql: `${column} = ANY (${list})`, value: known.join(separator), plansEach };
}

function inCase({ wordsIn }: ListFilter, value: string): string {
  if (wordsIn === undefined) return value;
  return wordsIn === 'lower' ? value.toLowerCase() : value.toUpperCase();
}

/** Whether a text can be compared with the column at all; one that cannot matches nothing. */
function isPossible(filter: ListFilter, value: string): boolean {
  if (value.includes('\u0000') || value.includes(separator)) return false;
  if (filter.kind === 'uuid') return isUuid(value);
  if (filter.kind === 'int') return /^-?\d{1,9}$/.test(value);
  return true;
}

function boolean(filter: ListFilter, name: string, value: string, minor: number): FilterUse {
  const flag = booleanIn(value);
  const isStrict = filter.strictSince === undefined || minor >= minorOf(filter.strictSince);
  if (isStrict && flag === null) throw badRequest(`Invalid input received: '${name} = ${value}'`);
  return { name, sql: `${columnOf(filter)} = $value::boolean`, value: flag !== false, ...planOf(filter) };
}

function json(filter: ListFilter, name: string, value: string): FilterUse {
  const literal: Literal | undefined = parseLiteral(value);
  if (literal === undefined || literal === null || typeof literal !== 'object' || Array.isArray(literal)) {
    return never(name);
  }
  const wanted = Object.fromEntries(Object.entries(literal).map(([key, one]) => [key, String(one)]));
  const columns = typeof filter.column === 'string' ? [filter.column] : filter.column;
  if (Object.entries(wanted).some((pair) => pair.join('').includes('\u0000'))) return never(name);
  const sql = columns.map((column) => `${column} @> $value::jsonb`).join(' OR ');
  return { name, sql: `(${sql})`, value: JSON.stringify(wanted), plansEach };
}

const operators: Readonly<Record<string, string>> = { gt: '>', gte: '>=', eq: '=', neq: '<>', lt: '<', lte: '<=' };

function times(filter: ListFilter, name: string, value: string): FilterUse {
  const parts = value.split(',').map((part) => {
    const found = /^(?:(gt|gte|eq|neq|lt|lte):)?(.+)$/.exec(part.trim());
    const at = timeIn(found?.[2] ?? '');
    if (found === null || at === null) {
      throw badRequest(`Invalid input received: '${name}' has an invalid time: ${part}`);
    }
    return `${columnOf(filter)} ${operators[found[1] ?? 'eq']} '${at}'::timestamptz`;
  });
  // The times are part of the text, so it is planned each time: otherwise each of them would leave a plan behind.
  return { name, sql: `(${parts.join(' AND ')})`, value: undefined, plansEach };
}
