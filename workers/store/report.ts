import type { Database } from '../../infra/database/port.ts';
import { statement } from '../../schema/statement.ts';

/** The other services of the same cluster. */
const peers = `services p WHERE p.cluster_name = :cluster::text AND p."binary" = :binary::text AND p.host <> :host::text`;

// A service that changes its cluster takes its volumes along, and is frozen if all the others are. That is rare:
// usually `EXISTS (changed)` is evaluated once and the volumes are not read. Any heartbeat removes empty clusters,
// because hosts that leave one at the same time may each still see the other in it.
const serviceText = statement(
  'services.report',
  `WITH before AS (
  SELECT s.cluster_name FROM services s WHERE s.host = :host::text AND s."binary" = :binary::text
), changed AS (
  SELECT 1 WHERE (SELECT b.cluster_name FROM before b) IS DISTINCT FROM :cluster::text
), joined AS (
  INSERT INTO clusters (name, "binary", created_at)
  SELECT :cluster::text, :binary::text, :now::timestamptz
  WHERE :cluster::text IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM clusters c WHERE c.name = :cluster::text AND c."binary" = :binary::text)
  ON CONFLICT (name, "binary") DO NOTHING
), left_behind AS (
  DELETE FROM clusters c WHERE c."binary" = :binary::text AND c.name IS DISTINCT FROM :cluster::text AND NOT EXISTS (
    SELECT 1 FROM services o WHERE o.cluster_name = c.name AND o."binary" = c."binary" AND o.host <> :host::text)
), moved AS (
  UPDATE volumes v SET cluster_name = :cluster::text || '#' || split_part(v.host, '#', 2)
  WHERE EXISTS (SELECT 1 FROM changed) AND :binary::text = 'cinder-volume'
    AND split_part(v.host, '#', 1) = :host::text
), joins AS (
  SELECT EXISTS (SELECT 1 FROM changed) AND COALESCE((SELECT bool_and(p.frozen) FROM ${peers}), FALSE) AS frozen
)
INSERT INTO services AS s (id, host, "binary", availability_zone, cluster_name, backend_state, replication_status, frozen,
  disabled, disabled_reason, created_at, updated_at)
SELECT :id::uuid, :host::text, :binary::text, :zone::text, :cluster::text, :backend_state::text,
  CASE WHEN :replicates::boolean THEN 'enabled' ELSE 'disabled' END, j.frozen, j.frozen,
  CASE WHEN j.frozen THEN 'frozen' END, :now::timestamptz, :now::timestamptz
FROM joins j
ON CONFLICT ON CONSTRAINT services_once DO UPDATE SET updated_at = EXCLUDED.updated_at,
  availability_zone = EXCLUDED.availability_zone, cluster_name = EXCLUDED.cluster_name,
  backend_state = EXCLUDED.backend_state, frozen = s.frozen OR EXCLUDED.frozen,
  disabled = s.disabled OR EXCLUDED.disabled,
  disabled_reason = CASE WHEN s.disabled THEN s.disabled_reason ELSE EXCLUDED.disabled_reason END,
  -- A failover is not forgotten by the next heartbeat.
  replication_status = CASE WHEN s.replication_status IN ('enabled', 'disabled') THEN EXCLUDED.replication_status
    ELSE s.replication_status END`,
);

/** The heartbeat of a service. The first one registers it, and creates its cluster if there is none of that name. */
export async function reportService(
  database: Database,
  parameters: {
    id: string;
    host: string;
    binary: string;
    zone: string;
    cluster: string | null;
    backend_state: string | null;
    replicates: boolean;
    now: string;
  },
): Promise<void> {
  await serviceText.all(database, parameters);
}

const announceText = statement(
  'services.announce',
  `INSERT INTO services (id, host, "binary", availability_zone, backend_state, replication_status, created_at, updated_at)
VALUES (:id::uuid, :host::text, :binary::text, :zone::text, 'down', 'disabled', :now::timestamptz, :now::timestamptz)
ON CONFLICT ON CONSTRAINT services_once DO NOTHING`,
);

/** Registers a service that has never reported, as not up yet. An existing one does not change. */
export async function announceService(
  database: Database,
  parameters: { id: string; host: string; binary: string; zone: string; now: string },
): Promise<void> {
  await announceText.all(database, parameters);
}

const poolsText = statement(
  'pools.report',
  `WITH reported AS (
  SELECT * FROM jsonb_to_recordset(:pools::jsonb) AS x (name text, total_gib double precision,
    free_gib double precision, provisioned_gib double precision, reserved_percentage int,
    max_over_subscription_ratio double precision, thin boolean, capabilities jsonb)
), dropped AS (
  DELETE FROM pools p WHERE p.backend = :backend::text AND p.name NOT IN (SELECT name FROM reported)
)
INSERT INTO pools AS p (name, backend, availability_zone, total_gib, free_gib, provisioned_gib, reserved_percentage,
  max_over_subscription_ratio, thin, capabilities, allocated_gib, updated_at)
SELECT s.name, :backend::text, :zone::text, s.total_gib, s.free_gib, COALESCE(s.provisioned_gib, mine.gib),
  s.reserved_percentage, s.max_over_subscription_ratio, s.thin, s.capabilities, mine.gib, :now::timestamptz
FROM reported s, LATERAL (
  -- A pool that is seen for the first time may have volumes already; afterwards the counter is kept.
  SELECT COALESCE(sum(v.size_gib), 0)::bigint AS gib FROM volumes v WHERE v.host = s.name
) mine ORDER BY s.name
ON CONFLICT (name) DO UPDATE SET availability_zone = EXCLUDED.availability_zone, total_gib = EXCLUDED.total_gib,
  free_gib = EXCLUDED.free_gib, provisioned_gib = EXCLUDED.provisioned_gib,
  reserved_percentage = EXCLUDED.reserved_percentage,
  max_over_subscription_ratio = EXCLUDED.max_over_subscription_ratio, thin = EXCLUDED.thin,
  capabilities = EXCLUDED.capabilities, updated_at = EXCLUDED.updated_at`,
);

/** Stores what a back end reports about its pools. Pools that it no longer reports are removed. */
export async function reportPools(
  database: Database,
  parameters: { backend: string; zone: string; pools: string; now: string },
): Promise<void> {
  await poolsText.all(database, parameters);
}
