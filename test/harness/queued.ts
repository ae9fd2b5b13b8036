// Operations in a queue, as requests put them there.
import type { Database } from '../../infra/database/port.ts';
import type { Message } from '../../infra/queue/port.ts';

/** Writes so many operations of a project, each of a resource of its own, and returns their messages. */
export const putOperations = (
  database: Database,
  queue: string,
  project: string,
  count: number,
): Promise<(Message & { kind: string })[]> =>
  database.all(
    {
      name: 'test.queued',
      text: `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, status,
      lease_until, deadline, created_at, updated_at)
    SELECT gen_random_uuid(), 'volume.extend', 'volume', gen_random_uuid(), :project::text, 'u', :queue::text, 'extend',
      'queued', now() - interval '1 second', now() + interval '1 hour', now(), now() FROM generate_series(1, :count::int)
    RETURNING id::text AS operation, attempt, kind, project_id AS project`,
    },
    { queue, project, count },
  );
