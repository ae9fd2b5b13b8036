import type { Database } from '../../infra/database/port.ts';
import { recordEventOf } from '../../schema/events.ts';
import { fragment, statement } from '../../schema/statement.ts';
import { volumeMachine } from '../../schema/volumes.ts';

const { create } = volumeMachine.moves;

const text = statement(
  'volumes.downloading',
  [
    fragment(
      'shown',
      `UPDATE volumes r SET status = '${create.shows}', updated_at = :now::timestamptz
FROM operations o WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running'
  AND r.id = o.resource_id AND r.status = '${create.via}'
  RETURNING r.*, o.request_id`,
    ),
    recordEventOf('r.request_id', 'event', 'shown', `'volume.download.start'`, 'volume'),
  ],
  `SELECT 1 AS shown`,
);

/** Shows that a new volume is placed and is receiving its image. Does nothing for a worker that has lost its lease. */
export async function showDownloading(database: Database, id: string, attempt: number, now: string): Promise<void> {
  await text.all(database, { id, attempt, now });
}
