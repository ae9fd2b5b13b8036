// The event log as dispatchers read it: pages of every project's events, and single events for redelivery.
import type { Database } from '../../../infra/database/port.ts';
import { type EventRow, eventColumns } from '../../../schema/cloud-event.ts';
import { afterPosition, type EventPosition, positionOrder } from '../../../schema/events.ts';
import { everyProject } from '../../../schema/every-project.ts';
import { statement } from '../../../schema/statement.ts';

/** Events per page, and the most bytes of their payloads: an answer of the Data API is limited to 1 MiB. */
const pageEvents = 250;
const mostBytes = 400_000;

const afterText = statement(
  'events.dispatch',
  `WITH page AS (
  SELECT e.* FROM events e WHERE ${everyProject('e.project_id')} AND ${afterPosition} ORDER BY ${positionOrder} LIMIT :limit::int
), measured AS (
  SELECT p.*, sum(octet_length(p.data::text)) OVER (ORDER BY p.transaction, p.sequence) AS bytes FROM page p
)
SELECT ${eventColumns} FROM measured e WHERE e.bytes <= ${mostBytes} ORDER BY ${positionOrder}`,
);

/** The events after a position, of every project, in order. A payload has at most 32 KB. */
export function readEventsAfter(
  database: Database,
  { transaction, sequence }: EventPosition,
  limit: number,
): Promise<EventRow[]> {
  return afterText.all<EventRow>(database, { transaction, sequence, limit: Math.min(limit, pageEvents) });
}

/** This many of the largest fit into an answer of the Data API. */
const most = 25;

const theseText = statement(
  'events.these',
  `SELECT ${eventColumns} FROM events e
WHERE e.sequence IN (SELECT s::bigint FROM jsonb_array_elements_text(:sequences::jsonb) s)`,
);

/** These events, by their sequence. A missing one was removed because of its age. */
export async function readEvents(
  database: Database,
  sequences: readonly string[],
): Promise<ReadonlyMap<string, EventRow>> {
  const found = new Map<string, EventRow>();
  for (let at = 0; at < sequences.length; at += most) {
    const part = JSON.stringify(sequences.slice(at, at + most));
    for (const row of await theseText.all<EventRow>(database, { sequences: part })) found.set(row.sequence, row);
  }
  return found;
}
