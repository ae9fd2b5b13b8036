// The SQL of the event log as consumers read it.
import type { Database } from '../../../infra/database/port.ts';
import { afterPosition, type EventPosition, positionOrder } from '../../../schema/events.ts';
import { everyProject } from '../../../schema/every-project.ts';
import { statement } from '../../../schema/statement.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';

export interface EventRow extends EventPosition {
  readonly type: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly project_id: string;
  readonly request_id: string | null;
  readonly data: string;
  readonly at: string;
}

/** Answers of the Data API end at 1 MiB; JSON within JSON and the other columns take the rest. */
const mostBytes = 450_000;

/**
 * Events of one condition after a position, in their order: at most `:limit`, and of `mostBytes` together or one.
 * Each row has `settled`: no event of a transaction below it will come any more. So has the only row when there is no
 * event. A position that no transaction has reached is refused: its reader would wait for ever.
 */
const read = <const Condition extends string>(condition: Condition) =>
  `SELECT e.*, pg_snapshot_xmin(pg_current_snapshot())::text AS settled,
  CASE WHEN :transaction::text::bigint > pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    THEN refuse('not-reached') END AS refused
FROM (SELECT 1) always LEFT JOIN LATERAL (
  SELECT l.transaction::text AS transaction, l.sequence::text AS sequence, l.type, l.resource_type,
    l.resource_id::text AS resource_id, l.project_id, l.request_id, l.data::text AS data,
    (l.at AT TIME ZONE 'UTC')::text AS at, l.place::int AS place
  FROM (
    SELECT e.*, row_number() OVER together AS place, sum(octet_length(e.data::text)) OVER together AS bytes
    FROM (
      SELECT e.* FROM events e WHERE ${condition} AND ${afterPosition} ORDER BY ${positionOrder} LIMIT :limit::int
    ) e WINDOW together AS (ORDER BY ${positionOrder})
  ) l WHERE l.bytes <= ${mostBytes} OR l.place = 1
) e ON TRUE ORDER BY e.place` as const;

// Each with the index of its condition.
const ofProjectText = statement('events.of-project', read('e.project_id = :scope::text'));
const ofAllText = statement('events.of-all', read(everyProject('e.project_id')));
const ofResourceText = statement(
  'events.of-resource',
  read('e.resource_id = :resource::uuid AND (:scope::text IS NULL OR e.project_id = :scope::text)'),
);

export interface EventPage {
  readonly events: readonly EventRow[];
  /** Where the next page begins. It moves on without events too, so that a quiet reader's does not grow old. */
  readonly next: EventPosition;
}

/** What may come as a null row when there is no event. */
type Found = { readonly settled: string } & (EventRow | { readonly sequence: null });

export interface Asked extends EventPosition {
  readonly limit: number;
  readonly resource: string | null;
}

/** The next events. Refused (`not-reached`) for a position that does not exist yet. */
export async function readEvents(database: Database, scope: Scope, asked: Asked): Promise<EventPage> {
  const found = await rowsOf(database, scope, asked);
  const events = found.flatMap((row) => (row.sequence === null ? [] : [row]));
  const last = events.at(-1);
  if (last !== undefined) return { events, next: last };
  const settled = { transaction: found[0]?.settled ?? asked.transaction, sequence: '0' };
  return { events, next: BigInt(settled.transaction) > BigInt(asked.transaction) ? settled : asked };
}

function rowsOf(database: Database, scope: Scope, { resource, ...asked }: Asked): Promise<Found[]> {
  const of = scopeParameter(scope);
  if (resource !== null) return ofResourceText.all<Found>(database, { ...asked, ...of, resource });
  if (of.scope === null) return ofAllText.all<Found>(database, asked);
  return ofProjectText.all<Found>(database, { ...asked, ...of });
}
