// What a request for events asks for.
import { DatabaseError } from '../../../infra/database/port.ts';
import { type EventPosition, firstPosition, positionIn } from '../../../schema/events.ts';
import { badRequest, Fault } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { isUuid } from '../../http/schemas.ts';
import type { Asked, EventFilter } from './store.ts';

export const mostEvents = 1000;
const mostTypes = 50;

const badCursor = () => badRequest('Invalid input: `after` is no cursor of this log. Begin without one.');

const missed = () =>
  new Fault(410, 'Events behind this cursor have been removed by their age: some were missed. Begin without one.');

/** What the log has refused, in words. */
export function refusedCursor(error: unknown): unknown {
  if (!(error instanceof DatabaseError) || error.failure !== 'refused') return error;
  return error.reason === 'not-reached' ? badCursor() : error.reason === 'removed' ? missed() : error;
}

export function positionOf(cursor: string | null): EventPosition {
  if (cursor === null || cursor === '') return firstPosition;
  const position = positionIn(cursor);
  if (position === null) throw badCursor();
  return position;
}

/** `volume.create.end,snapshot.*`, as globs. */
function typesOf(text: string | null): readonly string[] | null {
  if (text === null || text === '') return null;
  const types = text.split(',');
  const isType = (one: string) => /^(\*|[a-z_]+(\.[a-z_]+)*(\.\*)?)$/.test(one) && one.length <= 100;
  if (types.length > mostTypes || !types.every(isType)) {
    throw badRequest(
      `Invalid input: type must be up to ${mostTypes} types of events, as volume.create.end or volume.*`,
    );
  }
  return types;
}

export function filterOf({ query }: Pick<Call, 'query'>): EventFilter {
  const resource = query.get('resource');
  if (resource !== null && !isUuid(resource)) throw badRequest('Invalid input: resource must be the id of a resource.');
  const project = query.get('project_id');
  if (project !== null && !/^[\w-]{1,64}$/.test(project)) throw badRequest('Invalid input: project_id is no id.');
  return { resource, project, types: typesOf(query.get('type')) };
}

export function askedOf(call: Pick<Call, 'query'>): Asked {
  const limit = call.query.get('limit') ?? '100';
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > mostEvents) {
    throw badRequest(`Invalid input: limit must be 1 to ${mostEvents}.`);
  }
  return { ...positionOf(call.query.get('after')), ...filterOf(call), limit: Number(limit) };
}
