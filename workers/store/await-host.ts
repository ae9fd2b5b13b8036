import { type Database, sql } from '../../infra/database/port.ts';

// The keys are Cinder's. It keeps the ids of its reservations in the second; we have none, and name the operation.
const text = sql(
  'operations.await-host',
  `WITH fenced AS (
  UPDATE operations o SET status = 'queued', step = 'completion', tries = 0, lease_until = o.deadline,
    updated_at = :now::timestamptz
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.*
)
UPDATE volumes v SET updated_at = :now::timestamptz, admin_metadata = v.admin_metadata || jsonb_build_object(
  'extend_new_size', f.arguments ->> 'new_size', 'extend_reservations', jsonb_build_array(f.id)::text)
FROM fenced f WHERE v.id = f.resource_id`,
);

/** Leaves the operation until a request completes it; at its deadline it fails, as any other. */
export async function awaitHost(database: Database, id: string, attempt: number, now: string): Promise<void> {
  await database.all(text, { id, attempt, now });
}
