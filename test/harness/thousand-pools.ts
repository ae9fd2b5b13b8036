// Many pools, as many back ends would report them.
import { type Database, sql } from '../../infra/database/port.ts';

const fill = [
  sql(
    'test.fill-services',
    `INSERT INTO services (id, host, "binary", availability_zone, replication_status, frozen, disabled, created_at, updated_at)
    SELECT md5('s' || n)::uuid, 'host-' || n || '@backend', 'cinder-volume', 'nova', 'disabled', FALSE, FALSE,
      :now::timestamptz, :now::timestamptz FROM generate_series(1, :backends::int) n`,
  ),
  sql(
    'test.fill-pools',
    `INSERT INTO pools (name, backend, availability_zone, total_gib, free_gib, thin, capabilities, updated_at)
    SELECT 'host-' || b || '@backend#pool-' || p, 'host-' || b || '@backend', 'nova', 1000 + p, 1000 + p, TRUE,
      jsonb_build_object('volume_backend_name', 'backend', 'vendor_name', 'Scoria', 'driver_version', '1.0.0',
        'storage_protocol', 'iSCSI', 'snapshot_support', TRUE, 'clone_support', TRUE, 'online_extend_support', TRUE,
        'revert_support', TRUE, 'QoS_support', TRUE, 'replication_enabled', FALSE, 'multiattach', TRUE,
        'tier', 'silver'), :now::timestamptz
    FROM generate_series(1, :backends::int) b, generate_series(1, 10) p`,
  ),
];

/** Fills in ten pools for each of so many back ends, all up. */
export async function fillPools(database: Database, backends: number, now: string): Promise<void> {
  await database.all(fill[0] ?? sql('', ''), { now, backends });
  await database.all(fill[1] ?? sql('', ''), { now, backends });
}
