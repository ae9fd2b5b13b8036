// The SQL of an extension that waits for the host that has the volume.
import type { Database } from '../../../infra/database/port.ts';
import { inScope } from '../../../schema/expressions.ts';
import { type ParametersOf, statement } from '../../../schema/statement.ts';

const completeText = statement(
  'volumes.extend-completion',
  `WITH target AS (
  SELECT r.id, r.status, r.admin_metadata FROM volumes r WHERE r.id = :id::uuid AND ${inScope} FOR UPDATE
), completed AS (
  UPDATE operations o SET step = 'extend', updated_at = :now::timestamptz,
    lease_until = :now::timestamptz,
    arguments = o.arguments || jsonb_build_object('is_completed', TRUE, 'is_failed', :is_failed::boolean)
  FROM target t WHERE o.resource_id = t.id AND o.kind = 'volume.extend' AND o.status = 'queued' AND o.step = 'completion'
    AND t.status = 'extending' AND jsonb_exists(t.admin_metadata, 'extend_new_size') AND jsonb_exists(t.admin_metadata, 'extend_reservations')
  RETURNING o.id, o.attempt, o.queue
)
SELECT c.id::text AS operation_id, c.attempt, c.queue FROM target t LEFT JOIN completed c ON TRUE`,
);

export interface Completed {
  /** Null: nothing waits for it. */
  readonly operation_id: string | null;
  readonly attempt: number | null;
  readonly queue: string | null;
}

/** Lets the operation go on; null when there is no such volume. */
export async function completeExtend(
  database: Database,
  parameters: ParametersOf<typeof completeText>,
): Promise<Completed | null> {
  const [row] = await completeText.all<Completed>(database, parameters);
  return row ?? null;
}
