// The SQL of clusters: rows that services make by belonging to them, and what the services add up to.

import type { Database, Value } from '../../infra/database/port.ts';
import { utc } from '../../schema/expressions.ts';
import { isUp } from '../../schema/services.ts';
import { statement } from '../../schema/statement.ts';

export interface ClusterRow {
  readonly name: string;
  readonly binary: string;
  readonly is_up: boolean;
  readonly is_disabled: boolean;
  readonly disabled_reason: string | null;
  readonly num_hosts: number;
  readonly num_down_hosts: number;
  /** The newest of its services. */
  readonly last_heartbeat: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
  readonly replication_status: string;
  readonly is_frozen: boolean;
  readonly active_backend_id: string | null;
}

/**
 * Of what its services say, the first word that one of them says; the services of a cluster fail over one by one. Those
 * that do not replicate say nothing where others do.
 */
const replicationWords = ['failing-over', 'failover-error', 'failed-over', 'enabled'];
const replicationStatus = `CASE ${replicationWords
  .map((word) => `WHEN bool_or(s.replication_status = '${word}') THEN '${word}'`)
  .join(' ')} ELSE 'disabled' END`;

/** Clusters of a table or CTE of such rows with what their services add up to: a FROM item with the columns of ClusterRow. */
const withServices = (clusters: string) =>
  `(
  SELECT c.name, c."binary" AS binary, m.num_hosts > m.num_down_hosts AS is_up,
    c.disabled OR m.is_frozen OR m.is_failed_over AS is_disabled,
    CASE WHEN c.disabled THEN c.disabled_reason WHEN m.is_frozen THEN 'frozen'
      WHEN m.is_failed_over THEN 'failed-over' END AS disabled_reason,
    m.num_hosts, m.num_down_hosts, ${utc('m.last_heartbeat')} AS last_heartbeat, ${utc('c.created_at')} AS created_at,
    ${utc('c.updated_at')} AS updated_at, m.replication_status, m.is_frozen, m.active_backend_id
  FROM ${clusters} c CROSS JOIN LATERAL (
    SELECT count(*)::int AS num_hosts, (count(*) FILTER (WHERE NOT ${isUp('s')}))::int AS num_down_hosts,
      max(s.updated_at) AS last_heartbeat, ${replicationStatus} AS replication_status,
      COALESCE(bool_and(s.frozen), FALSE) AS is_frozen,
      COALESCE(bool_and(s.active_backend_id IS NOT NULL), FALSE) AS is_failed_over,
      CASE WHEN min(COALESCE(s.active_backend_id, '')) = max(COALESCE(s.active_backend_id, ''))
        THEN max(s.active_backend_id) END AS active_backend_id
    FROM services s WHERE s.cluster_name = c.name AND s."binary" = c."binary") m
) r` as const;

const listText = statement(
  'clusters.list',
  `SELECT r.* FROM ${withServices('clusters')}
WHERE (:name::text IS NULL OR r.name = :name::text OR starts_with(r.name, :name::text || '@'))
  AND (:binary::text IS NULL OR r.binary = :binary::text)
  AND (:is_up::boolean IS NULL OR r.is_up = :is_up::boolean)
  AND (:disabled::boolean IS NULL OR r.is_disabled = :disabled::boolean)
  AND (:num_hosts::int IS NULL OR r.num_hosts = :num_hosts::int)
  AND (:num_down_hosts::int IS NULL OR r.num_down_hosts = :num_down_hosts::int)
  AND (:replication_status::text IS NULL OR r.replication_status = :replication_status::text)
  AND (:frozen::boolean IS NULL OR r.is_frozen = :frozen::boolean)
  AND (:active_backend_id::text IS NULL OR r.active_backend_id = :active_backend_id::text)
ORDER BY r.name, r.binary`,
);

/** What a list is filtered by; null filters nothing. A name without `@` stands for the clusters of every back end. */
export interface ClusterFilters {
  readonly name: string | null;
  readonly binary: string | null;
  readonly is_up: boolean | null;
  readonly disabled: boolean | null;
  readonly num_hosts: number | null;
  readonly num_down_hosts: number | null;
  readonly replication_status: string | null;
  readonly frozen: boolean | null;
  readonly active_backend_id: string | null;
}

/** The clusters by name. */
export function listClusters(database: Database, filters: ClusterFilters, now: string): Promise<ClusterRow[]> {
  return listText.all<ClusterRow>(database, { ...filters, now });
}

/** The cluster of that name, or the first of its back ends where it is named without @backend. */
const theNamed = `(SELECT n.name FROM clusters n
  WHERE n."binary" = :binary::text AND (n.name = :name::text OR starts_with(n.name, :name::text || '@'))
  ORDER BY (n.name = :name::text) DESC, n.name LIMIT 1)`;

const showText = statement(
  'clusters.show',
  `SELECT r.* FROM ${withServices('clusters')} WHERE r.name = ${theNamed} AND r.binary = :binary::text`,
);

interface Named extends Record<string, Value> {
  readonly name: string;
  readonly binary: string;
  readonly now: string;
}

export async function findCluster(database: Database, parameters: Named): Promise<ClusterRow | null> {
  const [row] = await showText.all<ClusterRow>(database, parameters);
  return row ?? null;
}

const disableText = statement(
  'clusters.set-disabled',
  `WITH changed AS (
  UPDATE clusters c SET disabled = :disabled::boolean, disabled_reason = :reason::text, updated_at = :now::timestamptz
  WHERE c."binary" = :binary::text AND c.name = ${theNamed} RETURNING c.*
)
SELECT r.* FROM ${withServices('changed')}`,
);

/** Enables or disables a cluster, with the reason, and returns it as it is now; null when there is none. */
export async function setClusterDisabled(
  database: Database,
  parameters: Named & { readonly disabled: boolean; readonly reason: string | null },
): Promise<ClusterRow | null> {
  const [row] = await disableText.all<ClusterRow>(database, parameters);
  return row ?? null;
}
