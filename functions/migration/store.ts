// The SQL of moving a volume to another host.
import { type Database, sql, type Value } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { guard, type Why, whyColumns } from '../../schema/machine.ts';
import { queueOperation, schedulerQueue } from '../../schema/operations.ts';
import { isOfCluster, takesWork } from '../../schema/services.ts';
import { volumeMachine } from '../../schema/volumes.ts';

/** The pool of the destination, or one of the cluster, whose service must be there and enabled. */
const destination = `SELECT 1 FROM pools p JOIN services s ON s.host = p.backend AND s."binary" = 'cinder-volume'
      WHERE (p.name = :host::text OR ${isOfCluster('s', 'p')}) AND ${takesWork('s')}`;

/** The volume is there already. */
const isThere = `(r.host = :host::text OR (split_part(r.cluster_name, '#', 1) = split_part(:cluster::text, '#', 1)
    AND split_part(:cluster::text, '#', 2) IN ('', split_part(r.cluster_name, '#', 2))))`;

const beginText = sql(
  'volumes.migrate',
  `WITH moved AS (
  UPDATE volumes r SET previous_status = r.status, migration_status = 'starting', updated_at = :now::timestamptz,
    status = CASE WHEN :locks::boolean THEN 'maintenance' ELSE r.status END
  WHERE r.id = :id::uuid AND ${isThere} IS NOT TRUE AND ${guard(volumeMachine, 'migrate')}
    AND EXISTS (${destination})
  RETURNING r.*
), ${queueOperation('moved', `'${schedulerQueue}'`)},
${recordEvent('event', 'moved', `'volume.migrate.start'`, 'volume', `jsonb_strip_nulls(jsonb_build_object('host', :host::text, 'cluster', :cluster::text))`)}
SELECT operation_id FROM operation`,
);

/** Queues it for the scheduler; false when the volume may not be moved there now. */
export async function beginMigration(database: Database, parameters: Record<string, Value>): Promise<boolean> {
  return (await database.all(beginText, parameters)).length > 0;
}

const whyText = sql(
  'volumes.why-not-migrate',
  `SELECT ${whyColumns(volumeMachine, 'migrate')}, r.host, EXISTS (${destination}) AS has_destination
FROM volumes r WHERE r.id = :id::uuid`,
);

export interface MigrationWhy extends Why {
  readonly host: string | null;
  readonly has_destination: boolean;
}

/** What stands in the way; null when there is no such volume. */
export async function whyNotMigrate(
  database: Database,
  parameters: { id: string; host: string | null; cluster: string | null; now: string },
): Promise<MigrationWhy | null> {
  const [row] = await database.all<MigrationWhy>(whyText, parameters);
  return row ?? null;
}
