// The volumes of a back end that has failed over, one page at a time.
import type { Database } from '../../infra/database/port.ts';
import { recordEventOf } from '../../schema/events.ts';
import { beginning, guard } from '../../schema/machine.ts';
import { fragment, statement } from '../../schema/statement.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import type { Located } from '../driver.ts';
import { type VolumeJson, volumeJson } from '../work/fragments.ts';

/** A page fits into one answer of the Data API. */
export const pageRows = 250;

const pageText = statement(
  'service.failover.volumes',
  `SELECT (${volumeJson('v')})::text AS volume FROM volumes v
WHERE split_part(v.host, '#', 1) = :host::text AND (:after::uuid IS NULL OR v.id > :after::uuid)
ORDER BY v.id LIMIT ${pageRows}`,
);

/** The volumes of `host@backend` after the volume `after`, ordered by id; an empty list at the end. */
export async function volumesOfBackend(database: Database, host: string, after: string | null): Promise<VolumeJson[]> {
  const rows = await pageText.all<{ volume: string }>(database, { host, after });
  return rows.map((row) => JSON.parse(row.volume) as VolumeJson); // volumeJson() builds it
}

const relocated = `CASE r.replication_status WHEN 'failover-error' THEN 'volume.failover.error' ELSE 'volume.failover.end' END`;

// A volume without a copy becomes an error and remembers its status, which it gets back at home. A busy volume ends
// normally: its work sees the back end as it is now.
const relocateText = statement(
  'service.failover.relocate',
  [
    fragment(
      'fenced',
      `UPDATE operations o SET updated_at = :now::timestamptz
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.id, o.request_id`,
    ),
    fragment(
      'places',
      `SELECT * FROM jsonb_to_recordset(:located::jsonb) AS x (id uuid, location text, "isThere" boolean)`,
    ),
    fragment(
      'moved',
      `UPDATE volumes r SET updated_at = :now::timestamptz,
    location = CASE WHEN x."isThere" THEN x.location ELSE r.location END,
    replication_status = CASE WHEN NOT x."isThere" THEN 'failover-error' WHEN NOT :is_home::boolean THEN 'failed-over'
      WHEN r.replication_status = 'failed-over' THEN 'enabled'
      WHEN r.replication_status = 'failover-error' THEN NULL ELSE r.replication_status END,
    previous_status = CASE WHEN NOT x."isThere" AND ${guard(volumeMachine, 'lose')} THEN r.status
      ELSE r.previous_status END,
    status = CASE WHEN NOT x."isThere" AND ${guard(volumeMachine, 'lose')} THEN ${beginning(volumeMachine, 'lose')}
      WHEN x."isThere" AND r.replication_status = 'failover-error' AND ${guard(volumeMachine, 'find')}
        THEN ${beginning(volumeMachine, 'find')} ELSE r.status END
  FROM places x, fenced f WHERE COALESCE(r.name_id, r.id) = x.id RETURNING r.*, f.request_id`,
    ),
    recordEventOf('r.request_id', 'event', 'moved', relocated, 'volume'),
  ],
  `SELECT (SELECT count(*) FROM fenced)::int AS fenced`,
);

/** Stores where the volumes are. False when the lease was lost. */
export async function relocate(
  database: Database,
  parameters: { readonly id: string; readonly attempt: number; readonly now: string; readonly is_home: boolean },
  located: readonly Located[],
): Promise<boolean> {
  const [row] = await relocateText.all<{ fenced: number }>(database, {
    ...parameters,
    located: JSON.stringify(located),
  });
  return (row?.fenced ?? 0) > 0;
}
