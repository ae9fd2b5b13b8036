import type { Database } from '../../infra/database/port.ts';
import { fragment, statement } from '../../schema/statement.ts';
import { nextOfResource, type Queued, queuedJson, toQueued } from './queued.ts';
import { tellExtended } from './tell-servers.ts';

// The keys are Cinder's. Cinder stores its reservations in the second; we have none, and store the operation's id.
const text = statement(
  'operations.await-host',
  [
    fragment(
      'fenced',
      `UPDATE operations o SET status = 'queued', step = 'completion', tries = 0, lease_until = o.deadline,
    updated_at = :now::timestamptz
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.*`,
    ),
    fragment(
      'resource',
      `UPDATE volumes v SET updated_at = :now::timestamptz, admin_metadata = v.admin_metadata || jsonb_build_object(
    'extend_new_size', f.arguments ->> 'new_size', 'extend_reservations', jsonb_build_array(f.id)::text)
  FROM fenced f WHERE v.id = f.resource_id RETURNING v.*`,
    ),
    tellExtended,
    nextOfResource,
  ],
  `SELECT ${queuedJson('queued', 'next')} AS queued`,
);

interface Waiting {
  readonly id: string;
  readonly attempt: number;
  readonly now: string;
  /** Whether there is a compute service that can tell the hosts. */
  readonly tells_servers: boolean;
}

/**
 * Lets the operation wait until a request completes it; at its deadline it fails like any other. Returns what was
 * queued to tell the host.
 */
export async function awaitHost(database: Database, waiting: Waiting): Promise<readonly Queued[]> {
  const [row] = await text.all<{ queued: string | null }>(database, { ...waiting });
  return toQueued(row?.queued ?? null);
}
