import { type Database, sql } from '../../infra/database/port.ts';
import { leaseSeconds } from './claim.ts';

const text = sql(
  'operations.heartbeat',
  `UPDATE operations o SET lease_until = :now::timestamptz + make_interval(secs => ${leaseSeconds}),
  updated_at = :now::timestamptz
WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.id::text AS id`,
);

/** Extends the lease. False when it is lost: somebody else has the operation, or it has ended. */
export async function heartbeat(database: Database, id: string, attempt: number, now: string): Promise<boolean> {
  return (await database.all(text, { id, attempt, now })).length > 0;
}
