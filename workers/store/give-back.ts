import { type Database, sql } from '../../infra/database/port.ts';

const text = sql(
  'operations.give-back',
  `UPDATE operations o SET status = 'queued', cause = :cause::text, updated_at = :now::timestamptz,
  lease_until = :now::timestamptz + make_interval(secs => :resend_seconds::int)
WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.queue`,
);

/**
 * Puts an operation whose outcome is unknown back in line, to be tried again with the same id. Returns its queue, or
 * null when the lease was lost.
 */
export async function giveBack(
  database: Database,
  parameters: { id: string; attempt: number; now: string; cause: string; resend_seconds: number },
): Promise<string | null> {
  const [row] = await database.all<{ queue: string }>(text, parameters);
  return row?.queue ?? null;
}
