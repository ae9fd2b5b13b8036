// A volume in use moves to another back end: the new object is a volume of its own, hidden from everyone not
// involved, until the server has gone over to it; see docs/decisions/0036.
import type { Database } from '../../infra/database/port.ts';
import { recordEventOf } from '../../schema/events.ts';
import { beginning, begins } from '../../schema/machine.ts';
import { backendQueueOf } from '../../schema/operations.ts';
import { clusterOf, serviceOf } from '../../schema/services.ts';
import { fragment, statement } from '../../schema/statement.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { nextOfResource, type Queued, queueAfter, queuedJson, toQueued } from './queued.ts';
import { askToSwap } from './tell-servers.ts';

const now = ':now::timestamptz';

/** A server that has not gone over within a day was never really asked. */
const withinSeconds = 86_400;

/** How often a worker checks whether the server is still at work: less often than it tries to ask the server. */
const lookSeconds = 900;

/** After a restart it waits as long as before. */
const until = `CASE WHEN o.step = 'completion' THEN o.deadline ELSE ${now} + make_interval(secs => ${withinSeconds}) END`;

const text = statement(
  'operations.await-server',
  [
    fragment(
      'fenced',
      `UPDATE operations o SET status = 'queued', step = 'completion', tries = 0, updated_at = ${now},
    deadline = ${until}, lease_until = least(${until}, ${now} + make_interval(secs => ${lookSeconds}))
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running'
    AND EXISTS (SELECT 1 FROM pools p WHERE p.name = o.arguments ->> 'destination')
  RETURNING o.*`,
    ),
    fragment(
      'resource',
      `INSERT INTO volumes (id, project_id, user_id, name, description, size_gib, status, availability_zone, volume_type_id,
    host, cluster_name, location, service_uuid, bootable, multiattach, metadata, image_metadata, encryption_key_id,
    migration_status, consumes_quota, created_at, launched_at)
  SELECT f.id, v.project_id, v.user_id, v.name, v.description, v.size_gib, ${beginning(volumeMachine, 'make_half')}, p.availability_zone,
    COALESCE((f.arguments ->> 'new_type_id')::uuid, v.volume_type_id), p.name, ${clusterOf('p.name')}, :location::text,
    ${serviceOf('p.backend')}, v.bootable, FALSE,
    v.metadata, v.image_metadata, v.encryption_key_id, 'target:' || v.id, FALSE, ${now}, ${now}
  FROM fenced f JOIN volumes v ON v.id = f.resource_id JOIN pools p ON p.name = f.arguments ->> 'destination'
  ON CONFLICT (id) DO NOTHING RETURNING *`,
    ),
    recordEventOf(
      '(SELECT f.request_id FROM fenced f)',
      'event',
      'resource',
      `'volume.migrate.target.start'`,
      'volume',
    ),
    fragment(
      'room',
      `UPDATE pools p SET allocated_gib = p.allocated_gib + r.size_gib FROM resource r WHERE p.name = r.host`,
    ),
    askToSwap,
    nextOfResource,
  ],
  `SELECT ${queuedJson('queued', 'next')} AS queued`,
);

interface Waiting {
  readonly id: string;
  readonly attempt: number;
  readonly now: string;
  readonly server: string;
  readonly location: string | null;
}

/**
 * Creates the other half, with the id of the operation, and lets the operation wait until a request reports the
 * result. Returns what was queued to ask the server. A repetition only continues to wait.
 */
export async function awaitServer(database: Database, waiting: Waiting): Promise<readonly Queued[]> {
  const [row] = await text.all<{ queued: string | null }>(database, { ...waiting });
  return toQueued(row?.queued ?? null);
}

const takenText = statement(
  'operations.is-taken',
  `SELECT v.attachment_states <> '{}' AS is_taken FROM volumes v WHERE v.id = :id::uuid`,
);

/** Whether a server has started to use the other half, or has gone over to it long ago. */
export async function isTaken(database: Database, id: string): Promise<boolean> {
  const [row] = await takenText.all<{ is_taken: boolean }>(database, { id });
  return row?.is_taken ?? true;
}

const leftText = statement(
  'operations.is-left',
  `SELECT v.attachment_states = '{}' AND COALESCE(v.updated_at, v.created_at)
    < ${now} - make_interval(secs => ${lookSeconds}) AS is_left FROM volumes v WHERE v.id = :id::uuid`,
);

/** Whether no server has used the other half for a long time: a server that goes over has it attached until the end. */
export async function isLeft(database: Database, id: string, at: string): Promise<boolean> {
  const [row] = await leftText.all<{ is_left: boolean }>(database, { id, now: at });
  return row?.is_left ?? true;
}

/**
 * For an operation that fails with another half: the CTEs `half`, and `queued`, which deletes it with its object. One
 * that a server uses stays, because the server may be writing to it.
 */
export const removeOtherHalf = [
  fragment(
    'half',
    `UPDATE volumes r SET ${begins(volumeMachine, 'force_delete')}, migration_status = 'deleting'
  FROM fenced f WHERE r.id = f.id AND r.migration_status LIKE 'target:%' AND r.attachment_states = '{}' RETURNING r.*`,
  ),
  recordEventOf('(SELECT f.request_id FROM fenced f)', 'half_told', 'half', `'volume.delete.start'`, 'volume'),
  queueAfter({
    id: ':undo_id::uuid',
    kind: 'volume.delete',
    resource: 'h.id',
    queue: backendQueueOf('h.host'),
    step: 'delete',
    withinSeconds: 600,
    given: `'{}'::jsonb`,
    from: 'half h',
  }),
] as const;
