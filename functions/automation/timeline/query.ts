// What a timeline is asked for: of which resource, from where on, in which order.
import { messageResourceType } from '../../../schema/codes.ts';
import { machines } from '../../../schema/operations.ts';
import { badRequest } from '../../http/faults.ts';
import { dashed, isUuid } from '../../http/schemas.ts';
import { time } from '../../http/view.ts';
import type { Asked, EntryRow, Order, Place } from './store.ts';

/** The most entries of an answer: a third of them may have an explanation of 20 KB, and the Data API returns 1 MiB. */
export const mostEntries = 100;
const usualEntries = 50;

const types: readonly string[] = Object.keys(machines);

function resourceOf(asked: string | null) {
  const [, type = null, id = ''] = /^(?:([a-z_]+)\/)?([0-9a-fA-F-]+)$/.exec(asked ?? '') ?? [];
  if (!isUuid(id) || (type !== null && !types.includes(type))) {
    throw badRequest('Invalid input: resource must be an id, or a type and an id as volume/ID.');
  }
  return { type, resource: dashed(id), message_type: type === null ? null : messageResourceType(type) };
}

const cursorPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})_([0-3])_([0-9a-f-]{1,60})$/;

export function placeOf(cursor: string | null): Place {
  if (cursor === null || cursor === '') return { at: null, rank: 0, id: '' };
  const [, at, rank, id = ''] = cursorPattern.exec(cursor) ?? [];
  if (at === undefined || Number.isNaN(Date.parse(`${at.slice(0, 23)}Z`))) {
    throw badRequest('Invalid input: `after` is no cursor of a timeline. Begin without one.');
  }
  return { at: `${at}Z`, rank: Number(rank), id };
}

/** The place of an entry, for `after`. */
export const cursorOf = (row: EntryRow) => `${time(row.at)}_${row.rank}_${row.id}`;

export interface TimelineQuery extends Omit<Asked, 'now'> {
  readonly order: Order;
  readonly after: Place;
}

/** Reads the query. Throws what is wrong with it. */
export function readAsked(query: URLSearchParams): TimelineQuery {
  const limit = query.get('limit') ?? String(usualEntries);
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > mostEntries) {
    throw badRequest(`Invalid input: limit must be 1 to ${mostEntries}.`);
  }
  const order = query.get('order') ?? 'oldest';
  if (order !== 'oldest' && order !== 'newest') throw badRequest('Invalid input: order must be oldest or newest.');
  return {
    ...resourceOf(query.get('resource')),
    limit: Number(limit),
    order,
    after: placeOf(query.get('after')),
  };
}
