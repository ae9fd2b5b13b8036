// The text of one page of a list: which rows, in which order, with what of them.
import { type Keyset, type Ordered, orderBy } from './keyset.ts';

export interface PageOf {
  /** The output columns, and where they come from: the listed table has the alias `r`. */
  readonly columns: string;
  readonly from: string;
  readonly conditions: readonly string[];
  readonly order: readonly Ordered[];
  /** The rows after the marker; null: from the first row on. */
  readonly keyset: Keyset | null;
  readonly limit: number;
  readonly offset: number;
  /**
   * Finds the ids of the page first, and reads the columns for these alone. For rows that are sorted or skipped:
   * PostgreSQL makes the columns of every row before it sorts, 10 times the work of finding the row.
   */
  readonly keysFirst: boolean;
}

export const whereOf = (conditions: readonly string[]) =>
  conditions.length === 0 ? '' : `\nWHERE ${conditions.join('\n  AND ')}`;

/** The statement of a page. `r.id` is one row of `from`. */
export function pageText(page: PageOf): string {
  if (!page.keysFirst) return rowsText(page);
  const ids = rowsText({ ...page, columns: 'r.id AS page_id' });
  return `SELECT ${page.columns} FROM ${page.from} JOIN (${ids}) page ON page.page_id = r.id\nORDER BY ${orderBy(page.order)}`;
}

/** A range after the marker is a page of its own, and the page is what comes first of both. */
function rowsText({ columns, from, conditions, order, keyset, limit, offset }: PageOf): string {
  const by = orderBy(order);
  const text = (selected: string, range: readonly string[]) =>
    `SELECT ${selected} FROM ${from}${whereOf([...conditions, ...range])}\nORDER BY ${by}\nLIMIT `;
  const end = `${limit}${offset > 0 ? ` OFFSET ${offset}` : ''}`;
  const ranges = keyset?.ranges ?? [];
  if (ranges.length < 2) return `${text(columns, ranges)}${end}`;
  const parts = ranges.map((range, n) => {
    const placed = `${columns}, ${n} AS range, row_number() OVER (ORDER BY ${by}) AS place`;
    return `SELECT * FROM (${text(placed, [range])}${limit + offset}) range_${n}`;
  });
  return `${parts.join('\nUNION ALL ')}\nORDER BY range, place LIMIT ${end}`;
}
