import { type Database, sql } from '../../infra/database/port.ts';

const serviceText = sql(
  'services.report',
  `INSERT INTO services AS s (id, host, "binary", availability_zone, backend_state, replication_status, created_at,
  updated_at)
VALUES (:id::uuid, :host::text, :binary::text, :zone::text, :backend_state::text,
  CASE WHEN :replicates::boolean THEN 'enabled' ELSE 'disabled' END, :now::timestamptz, :now::timestamptz)
ON CONFLICT ON CONSTRAINT services_once DO UPDATE SET updated_at = EXCLUDED.updated_at,
  availability_zone = EXCLUDED.availability_zone, backend_state = EXCLUDED.backend_state,
  -- A failover is not forgotten by the next heartbeat.
  replication_status = CASE WHEN s.replication_status IN ('enabled', 'disabled') THEN EXCLUDED.replication_status
    ELSE s.replication_status END`,
);

/** The heartbeat of a service; the first one registers it. */
export async function reportService(
  database: Database,
  parameters: {
    id: string;
    host: string;
    binary: string;
    zone: string;
    backend_state: string | null;
    replicates: boolean;
    now: string;
  },
): Promise<void> {
  await database.all(serviceText, parameters);
}

const poolsText = sql(
  'pools.report',
  `WITH said AS (
  SELECT * FROM jsonb_to_recordset(:pools::jsonb) AS x (name text, total_gib double precision,
    free_gib double precision, provisioned_gib double precision, reserved_percentage int,
    max_over_subscription_ratio double precision, thin boolean, capabilities jsonb)
), dropped AS (
  DELETE FROM pools p WHERE p.backend = :backend::text AND p.name NOT IN (SELECT name FROM said)
)
INSERT INTO pools AS p (name, backend, availability_zone, total_gib, free_gib, provisioned_gib, reserved_percentage,
  max_over_subscription_ratio, thin, capabilities, allocated_gib, updated_at)
SELECT s.name, :backend::text, :zone::text, s.total_gib, s.free_gib, s.provisioned_gib, s.reserved_percentage,
  s.max_over_subscription_ratio, s.thin, s.capabilities,
  -- A pool that is seen for the first time may have volumes already; afterwards the counter is kept.
  COALESCE((SELECT sum(v.size_gib) FROM volumes v WHERE v.host = s.name), 0)::bigint, :now::timestamptz
FROM said s ORDER BY s.name
ON CONFLICT (name) DO UPDATE SET availability_zone = EXCLUDED.availability_zone, total_gib = EXCLUDED.total_gib,
  free_gib = EXCLUDED.free_gib, provisioned_gib = EXCLUDED.provisioned_gib,
  reserved_percentage = EXCLUDED.reserved_percentage,
  max_over_subscription_ratio = EXCLUDED.max_over_subscription_ratio, thin = EXCLUDED.thin,
  capabilities = EXCLUDED.capabilities, updated_at = EXCLUDED.updated_at`,
);

/** What a back end says of its pools; pools that it does not name any more are removed. */
export async function reportPools(
  database: Database,
  parameters: { backend: string; zone: string; pools: string; now: string },
): Promise<void> {
  await database.all(poolsText, parameters);
}
