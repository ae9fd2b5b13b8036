import type { Database } from '../../infra/database/port.ts';
import { statement } from '../../schema/statement.ts';
import { leaseSeconds } from './claim.ts';

const text = statement(
  'operations.heartbeat',
  `UPDATE operations o SET lease_until = :now::timestamptz + make_interval(secs => ${leaseSeconds}),
  updated_at = :now::timestamptz
WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running'
RETURNING EXISTS (SELECT 1 FROM operations d WHERE d.resource_id = o.resource_id AND d.status = 'queued'
  AND d.kind = o.resource_type || '.delete') AS superseded`,
);

/**
 * Extends the lease. `lost`: another worker has the operation, or it has ended. `superseded`: the resource will be
 * deleted, so there is no point in continuing with anything else.
 */
export async function heartbeat(
  database: Database,
  id: string,
  attempt: number,
  now: string,
): Promise<'mine' | 'lost' | 'superseded'> {
  const [row] = await text.all<{ superseded: boolean }>(database, { id, attempt, now });
  if (row === undefined) return 'lost';
  return row.superseded ? 'superseded' : 'mine';
}
