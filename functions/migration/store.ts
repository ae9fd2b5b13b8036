// The SQL of moving a volume to another host.
import { type Database, sql, type Value } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { guard, type Why, whyColumns } from '../../schema/machine.ts';
import { queueOperation, schedulerQueue } from '../../schema/operations.ts';
import { volumeMachine } from '../../schema/volumes.ts';

/** A service that has not been heard of for so long is down. */
const silenceSeconds = 60;

/** The pool of the destination, whose service must be there and enabled. */
const destination = `SELECT 1 FROM pools p JOIN services s ON s.host = p.backend AND s."binary" = 'cinder-volume'
      WHERE p.name = :host::text AND NOT s.disabled
        AND s.updated_at > :now::timestamptz - make_interval(secs => ${silenceSeconds})`;

const beginText = sql(
  'volumes.migrate',
  `WITH moved AS (
  UPDATE volumes r SET previous_status = r.status, migration_status = 'starting', updated_at = :now::timestamptz,
    status = CASE WHEN :locks::boolean THEN 'maintenance' ELSE r.status END
  WHERE r.id = :id::uuid AND r.host IS DISTINCT FROM :host::text AND ${guard(volumeMachine, 'migrate')}
    AND EXISTS (${destination})
  RETURNING r.*
), ${queueOperation('moved', `'${schedulerQueue}'`)},
${recordEvent('event', 'moved', `'volume.migrate.start'`, 'volume', `jsonb_build_object('host', :host::text)`)}
SELECT operation_id FROM operation`,
);

/** Queues it for the scheduler; false when the volume may not be moved there now. */
export async function beginMigration(database: Database, parameters: Record<string, Value>): Promise<boolean> {
  return (await database.all(beginText, parameters)).length > 0;
}

const whyText = sql(
  'volumes.why-not-migrate',
  `SELECT ${whyColumns(volumeMachine, 'migrate')}, r.host, EXISTS (${destination}) AS host_exists
FROM volumes r WHERE r.id = :id::uuid`,
);

export interface MigrationWhy extends Why {
  readonly host: string | null;
  readonly host_exists: boolean;
}

/** What stands in the way; null when there is no such volume. */
export async function whyNotMigrate(
  database: Database,
  parameters: { id: string; host: string; now: string },
): Promise<MigrationWhy | null> {
  const [row] = await database.all<MigrationWhy>(whyText, parameters);
  return row ?? null;
}
