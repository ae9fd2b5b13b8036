// The SQL of moving a volume to another host.

import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { inScope } from '../../schema/expressions.ts';
import { beginning, guard, type Why, whyColumns } from '../../schema/machine.ts';
import { backendQueueOf, type Kind, queueOperation, schedulerQueue } from '../../schema/operations.ts';
import { isOfCluster, takesWork } from '../../schema/services.ts';
import { fragment, type ParametersOf, statement } from '../../schema/statement.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';

/** The pool of the destination, or one of the cluster, whose service must be there and enabled. */
const destination = `SELECT 1 FROM pools p JOIN services s ON s.host = p.backend AND s."binary" = 'cinder-volume'
      WHERE (p.name = :host::text OR ${isOfCluster('s', 'p')}) AND ${takesWork('s')}` as const;

/** The volume is there already. */
const isThere = `(r.host = :host::text OR (split_part(r.cluster_name, '#', 1) = split_part(:cluster::text, '#', 1)
    AND split_part(:cluster::text, '#', 2) IN ('', split_part(r.cluster_name, '#', 2))))`;

/** A volume in use goes over with its only server; whether there is a Nova to have it do so, the request knows. */
const isMovable = `(r.status <> 'in-use' OR (:moves_in_use::boolean AND NOT r.multiattach
    AND (SELECT count(*) = 1 AND bool_and(e.value ->> 'status' = 'attached' AND e.value ->> 'instance' IS NOT NULL)
      FROM jsonb_each(r.attachment_states) e)))`;

const beginText = statement(
  'volumes.migrate',
  [
    fragment(
      'moved',
      `UPDATE volumes r SET previous_status = r.status, migration_status = 'starting', updated_at = :now::timestamptz,
    status = CASE WHEN :locks::boolean AND ${guard(volumeMachine, 'migrate_locked')}
      THEN ${beginning(volumeMachine, 'migrate_locked')} ELSE r.status END
  WHERE r.id = :id::uuid AND ${isThere} IS NOT TRUE AND ${guard(volumeMachine, 'migrate')}
    AND ${isMovable} AND EXISTS (${destination})
  RETURNING r.*`,
    ),
    queueOperation('moved', `'${schedulerQueue}'`),
    recordEvent(
      'event',
      'moved',
      `'volume.migrate.start'`,
      'volume',
      `jsonb_strip_nulls(jsonb_build_object('wanted_host', :host::text, 'wanted_cluster', :cluster::text))`,
    ),
  ],
  `SELECT operation_id FROM operation`,
);

/** Queues it for the scheduler; false when the volume may not be moved there now. */
export async function beginMigration(database: Database, parameters: ParametersOf<typeof beginText>): Promise<boolean> {
  return (await beginText.all(database, parameters)).length > 0;
}

const whyText = statement(
  'volumes.migrate-refused',
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
  const [row] = await whyText.all<MigrationWhy>(database, parameters);
  return row ?? null;
}

const says = 'attachments_say(h.attachment_states)';
/** A worker that is just looking how far it is has nothing to say any more. */
const again = `status = 'queued', attempt = o.attempt + 1, tries = 0`;

/**
 * The server has gone over: the volume is what its other half was, which is no more, and its old back end frees what it
 * was. Or it has not: then the operation fails, and the other half goes.
 */
const completeText = statement(
  'volumes.migrate-completion',
  [
    fragment('volume', `SELECT r.* FROM volumes r WHERE r.id = :id::uuid AND ${inScope} FOR UPDATE`),
    fragment('half', `SELECT r.* FROM volumes r WHERE r.id = :new_id::uuid AND ${inScope} FOR UPDATE`),
    fragment(
      'waiting',
      `SELECT o.id, o.kind FROM operations o, volume v, half h
  WHERE o.id = h.id AND o.resource_id = v.id AND o.status IN ('queued', 'running') AND o.step = 'completion'
    AND v.migration_status = 'migrating' AND h.migration_status = 'target:' || v.id FOR UPDATE OF o`,
    ),
    fragment(
      'failed',
      `UPDATE operations o SET step = 'swap', ${again}, updated_at = :now::timestamptz,
    lease_until = :now::timestamptz,
    arguments = o.arguments || '{"is_failed": true}'
  FROM waiting w WHERE o.id = w.id AND :is_failed::boolean RETURNING o.id, o.kind, o.queue, o.attempt`,
    ),
    fragment(
      'moved',
      `UPDATE volumes r SET host = h.host, cluster_name = h.cluster_name, availability_zone = h.availability_zone,
    location = h.location, service_uuid = h.service_uuid, name_id = COALESCE(h.name_id, h.id),
    attachment_states = h.attachment_states, migration_status = 'completing', updated_at = :now::timestamptz,
    status = CASE WHEN r.status = 'retyping' THEN r.status ELSE ${says} END, previous_status = ${says},
    attach_status = CASE ${says} WHEN 'in-use' THEN 'attached' ELSE 'detached' END
  FROM volume v, half h, waiting w WHERE r.id = v.id AND NOT :is_failed::boolean
  RETURNING r.*`,
    ),
    fragment(
      'taken',
      `UPDATE attachments a SET volume_id = m.id, updated_at = :now::timestamptz FROM moved m, half h WHERE a.volume_id = h.id`,
    ),
    fragment('gone', `DELETE FROM volumes r USING half h, moved m WHERE r.id = h.id RETURNING r.*`),
    fragment(
      'room',
      `UPDATE pools p SET allocated_gib = greatest(0, p.allocated_gib - v.size_gib) FROM volume v, moved m WHERE p.name = v.host`,
    ),
    fragment(
      'freed',
      `UPDATE operations o SET step = 'free', ${again}, queue = ${backendQueueOf('v.host')}, updated_at = :now::timestamptz,
    lease_until = :now::timestamptz,
    deadline = :now::timestamptz + make_interval(secs => :within_seconds::int),
    arguments = o.arguments || jsonb_build_object('source_host', v.host, 'source_location', v.location,
      'source_name', COALESCE(v.name_id, v.id))
  FROM waiting w, volume v, moved m WHERE o.id = w.id RETURNING o.id, o.kind, o.queue, o.attempt`,
    ),
    recordEvent('event', 'moved', `'volume.migrate.completed'`, 'volume'),
    recordEvent('target_told', 'gone', `'volume.migrate.target.end'`, 'volume'),
  ],
  `SELECT v.migration_status, h.id IS NOT NULL AS has_half, h.migration_status AS half_status,
  n.id::text AS operation_id, n.kind, n.queue, n.attempt
FROM volume v LEFT JOIN half h ON TRUE
LEFT JOIN (SELECT * FROM failed UNION ALL SELECT * FROM freed) n ON TRUE`,
);

export interface Completed {
  readonly migration_status: string | null;
  /** Whether there is a volume of the other id, and what it says. */
  readonly has_half: boolean;
  readonly half_status: string | null;
  /** What goes on; null: nothing waited for this. */
  readonly operation_id: string | null;
  readonly kind: Kind | null;
  readonly queue: string | null;
  readonly attempt: number | null;
}

/** Null when there is no such volume within the scope. */
export async function completeMigration(
  database: Database,
  scope: Scope,
  parameters: Omit<ParametersOf<typeof completeText>, 'scope'>,
): Promise<Completed | null> {
  const [row] = await completeText.all<Completed>(database, { ...parameters, ...scopeParameter(scope) });
  return row ?? null;
}
