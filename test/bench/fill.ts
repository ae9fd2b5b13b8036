// Rows straight into the database: 100,000 creates through the API would take minutes and measure nothing.
import { type Migratable, sql } from '../../infra/database/port.ts';

/** The id of volume n (from 1), so that nobody has to be told which ids there are. */
export function volumeId(n: number): string {
  return `${((n * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

export const nameOf = (n: number) => `volume-${n}`;

const typeId = '00000000-0000-4000-8000-000000000001';

// One in ten is in use with an attachment; 100 are in error and 100 belong to each team, whatever the count, so that
// filters answer with the same page. Their host has no pool: they must not take room from the pool that the creates
// of the bench go to. Newest last, one a second.
const volumesText = sql(
  'bench.volumes',
  `INSERT INTO volumes (id, project_id, user_id, name, description, size_gib, status, attach_status, availability_zone,
  host, volume_type_id, bootable, metadata, admin_metadata, created_at, updated_at, launched_at)
SELECT (lpad(to_hex((n::bigint * 2654435761) % 4294967296), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
  :project::text, :user::text, 'volume-' || n, NULL, 10,
  CASE WHEN n % 10 = 0 THEN 'in-use' WHEN n % (:count::int / 100) = 7 % (:count::int / 100) THEN 'error' ELSE 'available' END,
  CASE WHEN n % 10 = 0 THEN 'attached' ELSE 'detached' END, 'nova', 'elsewhere@file#pool', '${typeId}'::uuid,
  n % 10 = 0, jsonb_build_object('team', 'team-' || n % (:count::int / 100),
  'env', CASE WHEN n % 2 = 0 THEN 'production' ELSE 'test' END),
  CASE WHEN n % 10 = 0 THEN '{"attached_mode": "rw"}'::jsonb ELSE '{}'::jsonb END,
  '2026-01-01T00:00:00Z'::timestamptz + make_interval(secs => n), '2026-01-01T00:00:02Z'::timestamptz + make_interval(secs => n),
  '2026-01-01T00:00:02Z'::timestamptz + make_interval(secs => n)
FROM generate_series(:from::int, :to::int) n`,
);

const attachmentsText = sql(
  'bench.attachments',
  `INSERT INTO attachments (id, volume_id, project_id, instance_uuid, attached_host, mountpoint, attach_status, attach_mode,
  attached_at, created_at)
SELECT gen_random_uuid(), v.id, v.project_id, gen_random_uuid(), 'compute-1', '/dev/vdb', 'attached', 'rw', v.created_at,
  v.created_at FROM volumes v WHERE v.project_id = :project::text AND v.attach_status = 'attached'
  AND v.created_at >= '2026-01-01T00:00:00Z'::timestamptz + make_interval(secs => :from::int)`,
);

const usagesText = sql(
  'bench.usages',
  `INSERT INTO quota_usages (project_id, resource, type_id, in_use)
SELECT :project::text, x.resource, x.type_id, x.in_use FROM (VALUES
  ('volumes', '', :count::bigint), ('gigabytes', '', :count::bigint * 10), ('volume_gigabytes', '', :count::bigint * 10),
  ('volumes', '${typeId}', :count::bigint), ('gigabytes', '${typeId}', :count::bigint * 10)) x (resource, type_id, in_use)
ON CONFLICT ON CONSTRAINT quota_usages_once DO UPDATE SET in_use = quota_usages.in_use + EXCLUDED.in_use`,
);

const quotasText = sql(
  'bench.quotas',
  `INSERT INTO quotas (project_id, resource, type_id, hard_limit)
SELECT :project::text, r, '', -1 FROM (VALUES ('volumes'), ('gigabytes'), ('snapshots')) x (r)
ON CONFLICT ON CONSTRAINT quotas_once DO UPDATE SET hard_limit = -1`,
);

/** A statement has 45 s; 100,000 rows can take longer on a busy machine. */
const rowsAtOnce = 20_000;

export interface Owner {
  readonly projectId: string;
  readonly userId: string;
}

/**
 * Volumes `from` to `to` for one project, its counters right and its quota without limit. Nothing is analysed: a new
 * database has to do without.
 */
export async function fill(database: Migratable, owner: Owner, from: number, to: number): Promise<void> {
  const project = owner.projectId;
  for (let at = from; at <= to; at += rowsAtOnce) {
    const step = { project, from: at, to: Math.min(to, at + rowsAtOnce - 1) };
    await database.all(volumesText, { ...step, user: owner.userId, count: to });
    await database.all(attachmentsText, { project, from: at });
  }
  await database.all(usagesText, { project, count: to - from + 1 });
  await database.all(quotasText, { project });
}
