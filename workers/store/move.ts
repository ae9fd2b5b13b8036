// Moving a volume: the scheduler's choice, and the statement that changes the volume's host.
import type { Database } from '../../infra/database/port.ts';
import { recordEventOf } from '../../schema/events.ts';
import { clusterOf, serviceOf } from '../../schema/services.ts';
import { fragment, statement } from '../../schema/statement.ts';
import type { Explanation } from '../scheduler/decide.ts';
import type { Operation } from '../work/work.ts';

const now = ':now::timestamptz';

const chooseText = statement(
  'operations.choose',
  `WITH fenced AS (
  UPDATE operations o SET status = 'queued', step = :step::text, tries = 0, queue = :queue::text, updated_at = ${now},
    explanation = :explanation::jsonb, lease_until = ${now},
    arguments = o.arguments || jsonb_build_object('destination', :pool::text)
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.resource_id
), marked AS (
  UPDATE volumes v SET migration_status = 'migrating', updated_at = ${now}
  FROM fenced f WHERE v.id = f.resource_id AND :step::text IN ('copy', 'swap')
)
SELECT resource_id::text AS id FROM fenced`,
);

/** Passes the operation to the queue of the back end that does the step. False when the lease was lost. */
export async function choose(
  database: Database,
  claimed: Operation,
  next: { readonly step: 'stay' | 'copy' | 'swap' | 'adopt'; readonly queue: string; readonly pool: string },
  explanation: Explanation,
  at: string,
): Promise<boolean> {
  const parameters = {
    id: claimed.id,
    attempt: claimed.attempt,
    ...next,
    explanation: JSON.stringify(explanation),
    now: at,
  };
  return (await chooseText.all(database, parameters)).length > 0;
}

const handOverText = statement(
  'operations.hand-over',
  [
    fragment(
      'before',
      `SELECT v.id, v.host, v.location, v.size_gib FROM volumes v JOIN operations o ON o.resource_id = v.id
  WHERE o.id = :id::uuid FOR UPDATE OF v`,
    ),
    fragment(
      'fenced',
      `UPDATE operations o SET status = 'queued', step = 'free', tries = 0, updated_at = ${now},
    queue = 'volume:' || split_part(b.host, '#', 1),
    lease_until = ${now},
    arguments = o.arguments || jsonb_build_object('source_host', b.host, 'source_location', b.location)
  FROM before b
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.queue, o.arguments, o.request_id`,
    ),
    fragment(
      'moved',
      `UPDATE volumes v SET host = p.name, cluster_name = ${clusterOf('p.name')},
    availability_zone = p.availability_zone, location = :location::text,
    migration_status = 'completing', updated_at = ${now},
    service_uuid = ${serviceOf('p.backend')}
  FROM before b, fenced f JOIN pools p ON p.name = f.arguments->>'destination' WHERE v.id = b.id RETURNING v.*, b.host AS came_from, f.request_id`,
    ),
    recordEventOf(
      'r.request_id',
      'event',
      'moved',
      `'volume.migrate.moved'`,
      'volume',
      `jsonb_build_object('came_from', r.came_from)`,
    ),
    fragment(
      'room',
      `UPDATE pools p SET allocated_gib = p.allocated_gib + CASE WHEN p.name = m.host THEN b.size_gib ELSE -b.size_gib END
  FROM before b, moved m WHERE p.name IN (b.host, m.host) AND b.host <> m.host`,
    ),
  ],
  `SELECT queue, CASE WHEN EXISTS (SELECT 1 FROM moved) THEN '' ELSE refuse('no-pool')::text END AS checked FROM fenced`,
);

/**
 * From now on the volume lives on its new host and the room counts there; its old back end must free it. Returns that
 * back end's queue, or null when the lease was lost.
 */
export async function handOver(
  database: Database,
  parameters: { id: string; attempt: number; location: string | null; now: string },
): Promise<string | null> {
  const [row] = await handOverText.all<{ queue: string }>(database, parameters);
  return row?.queue ?? null;
}
