// Lists of the identity service: whole, in order of id, with Keystone's links.
import { type Database, type Parameters, sql } from '../../infra/database/port.ts';
import * as is from '../http/answer-types.ts';
import type { Call } from '../http/operation.ts';
import type { ViewContext } from '../http/view.ts';

/** The Data API gives 1 MiB a result: some 4 KB a row. */
const chunkRows = 250;
/** What a list may have at most; the rest is left out, as with Keystone's list_limit. */
const mostRows = 10_000;

/**
 * All rows of a SELECT whose first column is a unique `id` in text. One statement for each 250 rows, or for as many
 * as are said.
 */
export async function readAll<Row extends { readonly id: string }>(
  database: Database,
  name: string,
  select: string,
  parameters: Parameters,
  rowsAtOnce = chunkRows,
): Promise<Row[]> {
  const statement = sql(
    name,
    `SELECT * FROM (${select}) chunk WHERE chunk.id > :after::text ORDER BY chunk.id LIMIT ${rowsAtOnce}`,
  );
  const rows: Row[] = [];
  while (rows.length < mostRows) {
    const chunk = await database.all<Row>(statement, { ...parameters, after: rows.at(-1)?.id ?? '' });
    rows.push(...chunk);
    if (chunk.length < rowsAtOnce) break;
  }
  return rows;
}

/** `{"users": […], "links": {"next": null, "self": …, "previous": null}}` */
export function listAnswer(call: Call<unknown>, collection: string, items: readonly unknown[]) {
  const query = call.query.toString();
  const self = query === '' ? call.links.self : `${call.links.self}?${query}`;
  return { [collection]: items, links: { next: null, self, previous: null } };
}

/** Rows in the order in which they were asked for: a statement returns them in any. */
export function inOrder<Row extends { readonly id: string }>(
  asked: readonly { readonly id: string }[],
  rows: readonly Row[],
): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return asked.flatMap(({ id }) => byId.get(id) ?? []);
}

export const selfLinkType = is.object({ self: is.url });

/** The link of one item: `{"self": "https://host/identity/v3/users/ID"}`. */
export const selfLink = (context: { readonly links: Pick<ViewContext['links'], 'root'> }, path: string) => ({
  self: `${context.links.root}/identity/v3/${path}`,
});
