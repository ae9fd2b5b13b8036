// The SQL of services: who acts, and whether work may be given to them.
import { type Database, sql } from '../../infra/database/port.ts';

/** A service that has not been heard of for so long is down. */
const silenceSeconds = 60;

export interface ServiceRow {
  readonly binary: string;
  readonly host: string;
  readonly zone: string;
  readonly is_disabled: boolean;
  readonly disabled_reason: string | null;
  readonly is_frozen: boolean;
  readonly replication_status: string;
  readonly active_backend_id: string | null;
  readonly cluster_name: string | null;
  readonly backend_state: string | null;
  readonly is_up: boolean;
  /** The last heartbeat. */
  readonly updated_at: string;
}

const listText = sql(
  'services.list',
  `SELECT s."binary" AS binary, s.host, s.availability_zone AS zone, s.disabled AS is_disabled, s.disabled_reason,
  s.frozen AS is_frozen, s.replication_status, s.active_backend_id, s.cluster_name, s.backend_state,
  abs(extract(epoch FROM :now::timestamptz - s.updated_at)) <= ${silenceSeconds} AS is_up,
  (s.updated_at AT TIME ZONE 'UTC')::text AS updated_at
FROM services s
WHERE (:binary::text IS NULL OR s."binary" = :binary::text)
  AND (:host::text IS NULL OR s.host = :host::text OR starts_with(s.host, :host::text || '@'))
ORDER BY s."binary", s.host`,
);

/** All services, or those of a binary or host. A host without `@` stands for its back ends too. */
export function listServices(
  database: Database,
  parameters: { binary: string | null; host: string | null; now: string },
): Promise<ServiceRow[]> {
  return database.all<ServiceRow>(listText, parameters);
}

const disableText = sql(
  'services.set-disabled',
  `UPDATE services s SET disabled = :disabled::boolean, disabled_reason = :reason::text
WHERE s.host = :host::text AND s."binary" = :binary::text
RETURNING s.host`,
);

/** Enables or disables one service, with the reason; false when there is none. Its heartbeat is left as it is. */
export async function setDisabled(
  database: Database,
  parameters: { host: string; binary: string; disabled: boolean; reason: string | null },
): Promise<boolean> {
  return (await database.all(disableText, parameters)).length > 0;
}

const freezeText = sql(
  'services.set-frozen',
  `UPDATE services s SET frozen = :frozen::boolean
WHERE s."binary" = 'cinder-volume' AND (s.host = :host::text OR s.cluster_name = :cluster::text)
RETURNING s.host`,
);

/** Freezes or thaws the back end of a host, or those of a cluster; false when there is none. */
export async function setFrozen(
  database: Database,
  parameters: { host: string | null; cluster: string | null; frozen: boolean },
): Promise<boolean> {
  return (await database.all(freezeText, parameters)).length > 0;
}
