// What a request for events asks for.
import { type EventPosition, firstPosition } from '../../../schema/events.ts';
import { badRequest } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { isUuid } from '../../http/schemas.ts';
import type { Asked } from './store.ts';

export const mostEvents = 1000;

/** The text of a position, as consumers keep it. */
export const cursorOf = ({ transaction, sequence }: EventPosition) => `${transaction}-${sequence}`;

export const badCursor = () => badRequest('Invalid input: `after` is no cursor of this log. Begin without one.');

function positionOf(cursor: string | null): EventPosition {
  if (cursor === null || cursor === '') return firstPosition;
  const [, transaction, sequence] = /^(\d{1,18})-(\d{1,18})$/.exec(cursor) ?? [];
  if (transaction === undefined || sequence === undefined) throw badCursor();
  return { transaction, sequence };
}

export function askedOf({ query }: Pick<Call, 'query'>): Asked {
  const limit = query.get('limit') ?? '100';
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > mostEvents) {
    throw badRequest(`Invalid input: limit must be 1 to ${mostEvents}.`);
  }
  const resource = query.get('resource');
  if (resource !== null && !isUuid(resource)) throw badRequest('Invalid input: resource must be the id of a resource.');
  return { ...positionOf(query.get('after')), limit: Number(limit), resource };
}
