import type { Database } from '../../infra/database/port.ts';
import { triedOnce } from '../../schema/operations.ts';
import { fragment, statement } from '../../schema/statement.ts';
import { nextOfResource, type Queued, queuedJson, toQueued } from './queued.ts';

// `waits`: it waits for something that is unavailable, which does not count as a try.
const text = statement(
  'operations.give-back',
  [
    fragment(
      'fenced',
      `UPDATE operations o SET status = 'queued', cause = :cause::text, updated_at = :now::timestamptz,
    tries = CASE WHEN :waits::boolean THEN greatest(0, o.tries - 1) ELSE o.tries END,
    explanation = COALESCE(:explanation::jsonb, o.explanation), 
    tried = CASE WHEN :waits::boolean AND o.tried -> -1 ->> 'cause' = :cause::text THEN o.tried
      ELSE ${triedOnce(':cause::text')} END,
    lease_until = :now::timestamptz + make_interval(secs => :delay_seconds::int)
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.id, o.queue, o.resource_id`,
    ),
    nextOfResource,
  ],
  `SELECT f.queue, ${queuedJson('next')} AS next FROM fenced f`,
);

export interface GivenBack {
  readonly queue: string;
  /** Work that waited for the resource and may run in the meantime. */
  readonly next: readonly Queued[];
}

/** Queues an operation with an unknown outcome for another try with the same id. Null when the lease was lost. */
export async function giveBack(
  database: Database,
  parameters: {
    id: string;
    attempt: number;
    now: string;
    cause: string;
    explanation: string | null;
    waits: boolean;
    delay_seconds: number;
  },
): Promise<GivenBack | null> {
  const [row] = await text.all<{ queue: string; next: string | null }>(database, parameters);
  return row === undefined ? null : { queue: row.queue, next: toQueued(row.next) };
}
