// The SQL of the event log as consumers read it.
import type { Database } from '../../../infra/database/port.ts';
import { type EventRow, eventColumns } from '../../../schema/cloud-event.ts';
import { afterPosition, type EventPosition, positionOrder } from '../../../schema/events.ts';
import { everyProject } from '../../../schema/every-project.ts';
import { statement } from '../../../schema/statement.ts';
import { fitsSql } from '../../../schema/subscriptions.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';

/** Answers of the Data API end at 1 MiB; JSON within JSON and the other columns take the rest. */
const mostBytes = 450_000;
/** Events that are looked through for those of a type or project: 20 ms. */
const mostScanned = 5_000;

const position = '(:transaction::text::bigint, :sequence::text::bigint)';

/**
 * Events of one condition after a position, in their order: at most `:limit`, and of `mostBytes` together or one.
 * Each row has `settled`, below which no transaction will write an event any more, and `scanned`, the last event looked
 * at if there may be more behind it. So has the only row when there is no event. Refused: a position that no transaction
 * has reached, whose reader would wait for ever, and one behind which events have been removed.
 */
const read = <const Condition extends string>(condition: Condition) =>
  `WITH scanned AS MATERIALIZED (
  SELECT e.* FROM events e WHERE ${condition} AND ${afterPosition} ORDER BY ${positionOrder} LIMIT :scan::int
), wanted AS MATERIALIZED (
  SELECT e.* FROM scanned e WHERE (:types::jsonb IS NULL
      OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(:types::jsonb) g WHERE ${fitsSql('e.type', 'g')}))
    AND (:project::text IS NULL OR e.project_id = :project::text)
  ORDER BY ${positionOrder} LIMIT :limit::int + 1
), counted AS (
  SELECT e.*, row_number() OVER together AS place, sum(octet_length(e.data::text)) OVER together AS bytes
  FROM wanted e WINDOW together AS (ORDER BY ${positionOrder})
), shown AS (
  SELECT c.* FROM counted c WHERE c.place <= :limit::int AND (c.bytes <= ${mostBytes} OR c.place = 1)
)
SELECT ${eventColumns}, pg_snapshot_xmin(pg_current_snapshot())::text AS settled,
  (SELECT count(*) FROM shown) < (SELECT count(*) FROM wanted) AS has_more,
  CASE WHEN (SELECT count(*) FROM scanned) = :scan::int
    THEN (SELECT s.transaction || '-' || s.sequence FROM scanned s ORDER BY s.transaction DESC, s.sequence DESC LIMIT 1)
  END AS scanned,
  CASE WHEN :transaction::text::bigint > pg_snapshot_xmax(pg_current_snapshot())::text::bigint THEN refuse('not-reached')
    WHEN ${position} > (0, 0) AND EXISTS (SELECT 1 FROM events_removed x WHERE (x.transaction, x.sequence) > ${position})
    THEN refuse('removed') END AS refused
FROM (SELECT 1) always LEFT JOIN shown e ON TRUE ORDER BY ${positionOrder}` as const;

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
  /** There may be more now. */
  readonly hasMore: boolean;
}

export interface EventFilter {
  /** Globs; null: every type. */
  readonly types: readonly string[] | null;
  readonly resource: string | null;
  readonly project: string | null;
}

export interface Asked extends EventPosition, EventFilter {
  readonly limit: number;
}

/** The columns of the event are null when there is none. */
type Found = { readonly settled: string; readonly has_more: boolean; readonly scanned: string | null } & (
  | EventRow
  | { readonly sequence: null }
);

/** The next events. Refused: `not-reached` for a position that does not exist yet, `removed` when some are missing. */
export const readEvents = async (database: Database, scope: Scope, asked: Asked): Promise<EventPage> =>
  pageOf(asked, await rowsOf(database, scopeParameter(scope).scope, asked));

/** Of every project: for who shares them out by scope. */
export const followEvents = async (database: Database, after: EventPosition, limit: number): Promise<EventPage> => {
  const asked = { ...after, limit, types: null, resource: null, project: null };
  return pageOf(asked, await rowsOf(database, null, asked));
};

function rowsOf(database: Database, scope: string | null, { resource, types, ...asked }: Asked): Promise<Found[]> {
  const scan = types === null && asked.project === null ? asked.limit + 1 : mostScanned;
  const parameters = { ...asked, scan, types: types === null ? null : JSON.stringify(types) };
  if (resource !== null) return ofResourceText.all<Found>(database, { ...parameters, scope, resource });
  if (scope === null) return ofAllText.all<Found>(database, parameters);
  return ofProjectText.all<Found>(database, { ...parameters, scope });
}

function pageOf({ transaction, sequence }: Asked, rows: readonly Found[]): EventPage {
  const events = rows.flatMap((row) => (row.sequence === null ? [] : [row]));
  const [first] = rows;
  const last = events.at(-1);
  if (first?.has_more === true && last !== undefined) return { events, next: last, hasMore: true };
  const [scannedTransaction, scannedSequence] = first?.scanned?.split('-') ?? [];
  if (scannedTransaction !== undefined && scannedSequence !== undefined) {
    return { events, next: { transaction: scannedTransaction, sequence: scannedSequence }, hasMore: true };
  }
  const settled = { transaction: first?.settled ?? transaction, sequence: '0' };
  const isOn = BigInt(settled.transaction) > BigInt(transaction);
  return { events, next: isOn ? settled : { transaction, sequence }, hasMore: false };
}

const headText = statement('events.head', `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS settled`);

/** Behind every event that can be read now. */
export async function headOfEvents(database: Database): Promise<EventPosition> {
  const [row] = await headText.all<{ settled: string }>(database);
  return { transaction: row?.settled ?? '0', sequence: '0' };
}
