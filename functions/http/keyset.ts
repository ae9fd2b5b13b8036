// Where a page begins: the order of a list, and the condition for the rows after its marker, in a form that an index
// serves directly.
import type { Value } from '../../infra/database/port.ts';
import type { SortKey } from './list.ts';

export interface Ordered {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** NULL sorts as the smallest value in both directions, as in the database that Cinder uses. */
const nulls = (one: Ordered) => (one.key.nullable ? (one.descending ? ' NULLS LAST' : ' NULLS FIRST') : '');

export const orderBy = (order: readonly Ordered[]) =>
  order.map((one) => `${one.key.column} ${one.descending ? 'DESC' : 'ASC'}${nulls(one)}`).join(', ');

export interface Keyset {
  /** Conditions in order: all rows of the first come before those of the second. */
  readonly ranges: readonly string[];
  readonly parameters: Record<string, Value>;
}

/**
 * The rows after the marker. When all keys have one direction these are row comparisons, which an index serves; a
 * first key that may be NULL needs two of them, because NULL compares with nothing. Otherwise the comparison is
 * written out key by key, which reads all rows before the marker.
 */
export function rowsAfter(order: readonly Ordered[], marker: readonly Value[]): Keyset {
  const parameters = Object.fromEntries(order.map((_, index) => [`marker_${index}`, marker[index] ?? null]));
  const [first] = order;
  const isOneWay = order.every((one) => one.descending === first?.descending);
  const hasPlainRest = order.slice(1).every((one) => one.key.nullable !== true);
  if (first === undefined || !isOneWay || !hasPlainRest) return { ranges: [spelledOut(order, marker)], parameters };
  const isNull = first.key.nullable === true && (marker[0] ?? null) === null;
  return { ranges: isNull ? behindNull(first, order) : behindValue(first, order), parameters };
}

function behindValue(first: Ordered, order: readonly Ordered[]): string[] {
  const later = rowsBeyond(order, 0);
  return first.key.nullable && first.descending ? [later, `${first.key.column} IS NULL`] : [later];
}

function behindNull(first: Ordered, order: readonly Ordered[]): string[] {
  const alike = `${first.key.column} IS NULL`;
  const later = order.length === 1 ? 'FALSE' : `${alike} AND ${rowsBeyond(order, 1)}`;
  return first.descending ? [later] : [later, `${first.key.column} IS NOT NULL`];
}

const value = (order: readonly Ordered[], index: number) => `:marker_${index}::${order[index]?.key.type}`;

function rowsBeyond(order: readonly Ordered[], from: number): string {
  const columns = order.slice(from).map((one) => one.key.column);
  const values = order.map((_, index) => value(order, index)).slice(from);
  return `(${columns.join(', ')}) ${order[from]?.descending ? '<' : '>'} (${values.join(', ')})`;
}

function spelledOut(order: readonly Ordered[], marker: readonly Value[]): string {
  const ways = order.map((one, index) => {
    const equal = order
      .slice(0, index)
      .map((before, i) => `${before.key.column} IS NOT DISTINCT FROM ${value(order, i)}`);
    return `(${[...equal, beyond(one, value(order, index), (marker[index] ?? null) === null)].join(' AND ')})`;
  });
  return `(${ways.join(' OR ')})`;
}

function beyond(one: Ordered, than: string, isNull: boolean): string {
  const column = one.key.column;
  if (!one.key.nullable) return `${column} ${one.descending ? '<' : '>'} ${than}`;
  if (isNull) return one.descending ? 'FALSE' : `${column} IS NOT NULL`;
  return one.descending ? `(${column} < ${than} OR ${column} IS NULL)` : `${column} > ${than}`;
}
