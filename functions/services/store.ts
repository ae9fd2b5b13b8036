// The SQL of services: who acts, and whether work may be given to them.

import type { Database } from '../../infra/database/port.ts';
import { utc } from '../../schema/expressions.ts';
import { derivedId } from '../../schema/groups.ts';
import { queueOperation } from '../../schema/operations.ts';
import { firstMeant, isMeant, isMeantByCluster, isUp } from '../../schema/services.ts';
import { fragment, type ParametersOf, statement } from '../../schema/statement.ts';

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

const listText = statement(
  'services.list',
  `SELECT s."binary" AS binary, s.host, s.availability_zone AS zone, s.disabled AS is_disabled, s.disabled_reason,
  s.frozen AS is_frozen, s.replication_status, s.active_backend_id, s.cluster_name, s.backend_state,
  ${isUp('s')} AS is_up,
  ${utc('s.updated_at')} AS updated_at
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
  return listText.all<ServiceRow>(database, parameters);
}

const disableText = statement(
  'services.set-disabled',
  `UPDATE services s SET disabled = :disabled::boolean, disabled_reason = :reason::text
WHERE s.id = (
  SELECT m.id FROM services m WHERE m."binary" = :binary::text AND ${isMeant('m')} ORDER BY ${firstMeant('m')} LIMIT 1
)
RETURNING s.host`,
);

/**
 * Enables or disables one service, with the reason: that of host@backend, or the first of a host. Its whole name; null
 * when there is none. Its heartbeat is left as it is.
 */
export async function setDisabled(
  database: Database,
  parameters: { host: string; binary: string; disabled: boolean; reason: string | null },
): Promise<string | null> {
  const [row] = await disableText.all<{ host: string }>(database, parameters);
  return row?.host ?? null;
}

/** The service of the back end that is named, or those of the cluster; a name without @backend names the only one there is. */
const isTarget = (service: string) => `${service}."binary" = 'cinder-volume' AND (
    ${service}.host IN (${only('s.host', `${isMeant('s')}`)})
    OR ${service}.cluster_name IN (${only('s.cluster_name', isMeantByCluster('s.cluster_name').replaceAll(':host', ':cluster'))}))`;

/** The one name among the services; none where several are meant: which of them is then nobody's to guess. */
const only = (name: string, condition: string) =>
  `SELECT min(${name}) FROM services s WHERE s."binary" = 'cinder-volume' AND ${condition} HAVING count(DISTINCT ${name}) = 1`;

const freezeText = statement(
  'services.set-frozen',
  `WITH target AS (
  SELECT s.id, s.frozen FROM services s WHERE ${isTarget('s')} FOR UPDATE
), changed AS (
  UPDATE services s SET frozen = :frozen::boolean, disabled = :frozen::boolean OR s.active_backend_id IS NOT NULL,
    disabled_reason = CASE WHEN :frozen::boolean THEN 'frozen'
      WHEN s.active_backend_id IS NOT NULL THEN 'failed-over' END
  FROM target t WHERE s.id = t.id AND t.frozen <> :frozen::boolean RETURNING s.id
)
SELECT t.id::text AS id, (SELECT count(*) FROM changed)::int AS changed FROM target t`,
);

/** Freezes or thaws the back end of a host, or those of a cluster: how many it changed; null when there is none. */
export async function setFrozen(
  database: Database,
  parameters: { host: string | null; cluster: string | null; frozen: boolean },
): Promise<number | null> {
  const [row] = await freezeText.all<{ changed: number }>(database, parameters);
  return row?.changed ?? null;
}

// One that has failed may be tried again: nothing is to stay stuck. Each service of a cluster fails its own back end over;
// one that is at it already, or is served by that target, is left alone.
const failoverText = statement(
  'services.failover',
  [
    fragment(
      'target',
      `SELECT s.id, s.host, s.replication_status, s.active_backend_id,
    COALESCE((SELECT p.capabilities -> 'replication_targets' FROM pools p WHERE p.backend = s.host
      ORDER BY p.name LIMIT 1), '[]'::jsonb) AS targets
  FROM services s
  WHERE ${isTarget('s')} FOR UPDATE`,
    ),
    fragment(
      'moved',
      `UPDATE services s SET replication_status = 'failing-over'
  FROM target t WHERE s.id = t.id AND t.replication_status IN ('enabled', 'failed-over', 'failover-error')
    AND jsonb_array_length(t.targets) > 0
    AND (:target::text IS NULL OR (:target::text <> COALESCE(t.active_backend_id, 'default')
      AND (:target::text = 'default' OR t.targets @> jsonb_build_array(:target::text))))
  RETURNING s.id, '' AS project_id, s.host, t.active_backend_id`,
    ),
    queueOperation('moved', `'volume:' || r.host`, {
      id: derivedId(':operation_id::uuid::text', 'r.id::text'),
      given: `:arguments::jsonb || jsonb_build_object('host', r.host, 'active', r.active_backend_id)`,
    }),
  ],
  `SELECT t.host, t.targets::text AS targets, t.active_backend_id, o.operation_id, o.queue
FROM target t LEFT JOIN operation o ON o.queue = 'volume:' || t.host ORDER BY t.host`,
);

export interface FailoverFacts {
  readonly host: string;
  /** The ids of the targets, a JSON array. */
  readonly targets: string;
  readonly active_backend_id: string | null;
  /** Null: refused. */
  readonly operation_id: string | null;
  readonly queue: string | null;
}

/** Queues the failover of a back end, or of each back end of a cluster; none when there is no such one. */
export function beginFailover(
  database: Database,
  parameters: ParametersOf<typeof failoverText>,
): Promise<FailoverFacts[]> {
  return failoverText.all<FailoverFacts>(database, parameters);
}
