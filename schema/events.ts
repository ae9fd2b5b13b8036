// Events: what happened, written in the statement that made it happen. The types are Cinder's notification names.
import { type Fragment, fragmentOf, type Literal, type ParametersIn } from './statement.ts';

/** `volume.create.start` when the API has accepted, `.end` when a worker has done it, `.error` when it failed. */
export type EventType = `${'volume' | 'snapshot' | 'backup' | 'group' | 'group_snapshot' | 'transfer'}.${string}`;

/** What recordEvent() takes whatever it records. */
const always = ':request_id::text, :now::timestamptz';

/**
 * A CTE that writes one event for each row of `resource` (columns id and project_id). `type` and `data` are SQL
 * expressions over the alias `r`.
 */
export const recordEvent = <const Type extends string, const Data extends string>(
  name: string,
  resource: string,
  type: Literal<Type>,
  resourceType: string,
  data: Literal<Data>,
): Fragment<ParametersIn<typeof always> & ParametersIn<Type> & ParametersIn<Data>> =>
  fragmentOf(
    name,
    `INSERT INTO events (type, resource_type, resource_id, project_id, request_id, data, at)
  SELECT ${type}, '${resourceType}', r.id, r.project_id, :request_id::text, ${data}, :now::timestamptz
  FROM ${resource} r`,
    always,
    type,
    data,
  );

/** How far a reader of the event log has come. Both are decimal numbers: they outgrow JavaScript's. */
export interface EventPosition {
  readonly transaction: string;
  readonly sequence: string;
}

/** Before the first event. */
export const firstPosition: EventPosition = { transaction: '0', sequence: '0' };

/**
 * The condition of events `e` after a position, and their order. An event is read once no transaction that began before
 * its own is open: later ones have higher positions, so a reader that goes on from the last event misses none.
 * Parameters: `:transaction::text` and `:sequence::text`.
 */
export const afterPosition = `(e.transaction, e.sequence) > (:transaction::text::bigint, :sequence::text::bigint)
  AND e.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;
export const positionOrder = 'e.transaction, e.sequence';
