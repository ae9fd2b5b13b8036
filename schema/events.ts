// Events: what happened, written by the statement that made it happen. The types are Cinder's notification names.
import { type EventResource, payload } from './payloads.ts';
import { type Fragment, fragmentOf, type Literal, type ParametersIn } from './statement.ts';

/** `volume.create.start` when the API accepts a request, `.end` when a worker has done it, `.error` when it failed. */
export type EventType =
  `${'volume' | 'snapshot' | 'backup' | 'group' | 'groups' | 'group_snapshot' | 'groupsnapshots' | 'snapshot_schedule'}.${string}`;

/** The parameters of recordEvent(), whatever it records. */
const always = ':request_id::text, :now::timestamptz';

// `rows` are read one by one as they are written, so each event gets its position while its row is locked.
const inserted = (rows: string, type: string, resource: EventResource, request: string, more: string) =>
  `INSERT INTO events (transaction, type, resource_type, resource_id, project_id, request_id, data, at)
  SELECT event_transaction(r.id), ${type}, '${resource}', r.id, r.project_id, ${request}, ${payload(resource, more)}, :now::timestamptz
  FROM ${rows} r`;

/**
 * A CTE that writes one event for each row of `rows`: a CTE of whole rows of this resource, as they are after the
 * statement, or as they were before it removed them. `type` and `more` (added to the resource's payload) are SQL over
 * `r`.
 */
export const recordEvent = <const Type extends string, const More extends string = ''>(
  name: string,
  rows: string,
  type: Literal<Type>,
  resource: EventResource,
  more?: Literal<More>,
): Fragment<ParametersIn<typeof always> & ParametersIn<Type> & ParametersIn<More>> =>
  fragmentOf(name, inserted(rows, type, resource, ':request_id::text', more ?? ''), always, type, more ?? ('' as More));

/** Like recordEvent(), for a worker: `request` (SQL over `r`) is the id of the request that it works for. */
export const recordEventOf = (
  request: string,
  name: string,
  rows: string,
  type: string,
  resource: EventResource,
  more = '',
) => fragmentOf(name, inserted(rows, type, resource, request, more), ':now::timestamptz');

/** How far a reader of the event log has come. Both are decimal numbers too large for JavaScript. */
export interface EventPosition {
  readonly transaction: string;
  readonly sequence: string;
}

/** Before the first event. */
export const firstPosition: EventPosition = { transaction: '0', sequence: '0' };

/** A position as text, for consumers to keep. */
export const cursorOf = ({ transaction, sequence }: EventPosition) => `${transaction}-${sequence}`;

/** The position of a cursor; null when the text is not one. */
export function positionIn(cursor: string): EventPosition | null {
  const [, transaction, sequence] = /^(\d{1,18})-(\d{1,18})$/.exec(cursor) ?? [];
  return transaction === undefined || sequence === undefined ? null : { transaction, sequence };
}

/**
 * Compares two decimal numbers as texts: readers of the log compare often, and a BigInt takes a hundred times as
 * long.
 */
const compare = (a: string, b: string) => (a === b ? 0 : a.length - b.length || (a > b ? 1 : -1));

/** Whether `a` comes after `b` in the log. */
export const isAfter = (a: EventPosition, b: EventPosition) =>
  (compare(a.transaction, b.transaction) || compare(a.sequence, b.sequence)) > 0;

/**
 * The condition of events `e` after a position, and their order. An event becomes readable once no transaction that
 * began before its own is open. Later ones have higher positions, so a reader that continues after the last event
 * misses none. The events of one resource are in the order in which its row changed (event_transaction() in the
 * migrations). Parameters: `:transaction::text` and `:sequence::text`.
 */
export const afterPosition = `(e.transaction, e.sequence) > (:transaction::text::bigint, :sequence::text::bigint)
  AND e.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;
export const positionOrder = 'e.transaction, e.sequence';
