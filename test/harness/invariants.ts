// What must hold at every committed step, asked of the database in one statement each.
import { type Database, sql } from '../../infra/database/port.ts';

/** Something that does not add up. */
export interface Drift {
  readonly what: string;
  readonly name: string;
  readonly counted: number;
  readonly summed: number;
}

const quotas = sql(
  'invariants.quotas',
  `WITH sums AS (
  SELECT project_id, resource, type_id, sum(n)::bigint AS n FROM (
    SELECT v.project_id, x.resource, x.type_id, x.n FROM volumes v CROSS JOIN LATERAL (VALUES ('volumes', '', 1),
      ('gigabytes', '', v.size_gib), ('volume_gigabytes', '', v.size_gib), ('volumes', v.volume_type_id::text, 1),
      ('gigabytes', v.volume_type_id::text, v.size_gib)) AS x (resource, type_id, n) WHERE v.consumes_quota
    UNION ALL
    SELECT s.project_id, x.resource, x.type_id, x.n FROM snapshots s CROSS JOIN LATERAL (VALUES ('snapshots', '', 1),
      ('gigabytes', '', s.size_gib), ('snapshots', s.volume_type_id::text, 1),
      ('gigabytes', s.volume_type_id::text, s.size_gib)) AS x (resource, type_id, n) WHERE s.consumes_quota
    UNION ALL
    SELECT b.project_id, x.resource, '', x.n FROM backups b
      CROSS JOIN LATERAL (VALUES ('backups', 1), ('backup_gigabytes', b.size_gib)) AS x (resource, n)
    UNION ALL
    SELECT g.project_id, 'groups', '', 1 FROM groups g
    UNION ALL
    SELECT s.project_id, 'snapshot_schedules', '', 1 FROM snapshot_schedules s
  ) a WHERE type_id IS NOT NULL GROUP BY project_id, resource, type_id
)
SELECT 'quota' AS what, concat_ws('/', COALESCE(u.project_id, s.project_id), COALESCE(u.resource, s.resource),
  COALESCE(u.type_id, s.type_id)) AS name, COALESCE(u.in_use, 0)::int AS counted, COALESCE(s.n, 0)::int AS summed
FROM quota_usages u FULL JOIN sums s USING (project_id, resource, type_id)
WHERE COALESCE(u.in_use, 0) <> COALESCE(s.n, 0)`,
);

const pools = sql(
  'invariants.pools',
  `SELECT 'pool' AS what, p.name, p.allocated_gib::int AS counted, COALESCE(sum(v.size_gib), 0)::int AS summed
FROM pools p LEFT JOIN volumes v ON v.host = p.name GROUP BY p.name, p.allocated_gib
HAVING p.allocated_gib <> COALESCE(sum(v.size_gib), 0)`,
);

const snapshots = sql(
  'invariants.snapshots',
  `SELECT 'snapshot_count' AS what, v.id::text AS name, v.snapshot_count AS counted, count(s.id)::int AS summed
FROM volumes v LEFT JOIN snapshots s ON s.volume_id = v.id GROUP BY v.id, v.snapshot_count
HAVING v.snapshot_count <> count(s.id)`,
);

const dependents = sql(
  'invariants.dependents',
  `SELECT 'dependent_count' AS what, b.id::text AS name, b.dependent_count AS counted, count(c.id)::int AS summed
FROM backups b LEFT JOIN backups c ON c.parent_id = b.id GROUP BY b.id, b.dependent_count
HAVING b.dependent_count <> count(c.id)`,
);

const copies = sql(
  'invariants.copies',
  `SELECT 'copies' AS what, x.id::text AS name, x.copies AS counted, count(o.id)::int AS summed
FROM (SELECT id, copies FROM volumes UNION ALL SELECT id, copies FROM snapshots UNION ALL SELECT id, copies FROM backups) x
LEFT JOIN operations o ON o.reads = x.id AND o.status IN ('queued', 'running') GROUP BY x.id, x.copies
HAVING x.copies <> count(o.id)`,
);

const groups = sql(
  'invariants.groups',
  `SELECT 'group' AS what, g.id::text AS name, g.volume_count + g.snapshot_count AS counted, n.total::int AS summed
FROM groups g CROSS JOIN LATERAL (SELECT (SELECT count(*) FROM volumes v WHERE v.group_id = g.id)
  + (SELECT count(*) FROM group_snapshots s WHERE s.group_id = g.id) AS total) n
WHERE g.volume_count + g.snapshot_count <> n.total`,
);

const keys = sql(
  'invariants.keys',
  `SELECT 'key' AS what, k.id::text AS name, 1 AS counted, 0 AS summed FROM encryption_keys k
LEFT JOIN volumes v ON v.id = k.volume_id LEFT JOIN backups b ON b.id = k.backup_id
WHERE COALESCE(v.encryption_key_id, b.encryption_key_id) IS DISTINCT FROM k.id
  AND k.image_id IS NULL AND v.status IS DISTINCT FROM 'restoring-backup'`,
);

const clusters = sql(
  'invariants.clusters',
  `SELECT 'cluster of a volume' AS what, v.id::text AS name, 1 AS counted, 0 AS summed
FROM volumes v JOIN services s ON s.host = split_part(v.host, '#', 1) AND s."binary" = 'cinder-volume'
WHERE v.cluster_name IS DISTINCT FROM s.cluster_name || '#' || split_part(v.host, '#', 2)
UNION ALL
SELECT 'cluster of a service', s.host, 1, 0 FROM services s LEFT JOIN clusters c ON c.name = s.cluster_name AND c."binary" = s."binary"
WHERE s.cluster_name IS NOT NULL AND c.name IS NULL`,
);

const metadata = sql(
  'invariants.metadata',
  `WITH sums AS (
  SELECT v.project_id, e.key, e.value, count(*) AS n FROM volumes v CROSS JOIN LATERAL jsonb_each_text(v.metadata) e
  WHERE v.migration_status IS NULL OR v.migration_status NOT LIKE 'target:%' GROUP BY 1, 2, 3
)
SELECT 'metadata' AS what, concat_ws('/', project_id, key, value) AS name, COALESCE(c.in_use, 0)::int AS counted,
  COALESCE(s.n, 0)::int AS summed
FROM volume_metadata_counts c FULL JOIN sums s USING (project_id, key, value)
WHERE c.in_use IS DISTINCT FROM s.n`,
);

/**
 * Every cluster that a volume bears without its service, or a service without the row; every key that its volume or
 * backup does not name, and every counter that does not equal the sum of what it counts; empty when all is well.
 */
export async function drift(database: Database): Promise<Drift[]> {
  const found: Drift[] = [];
  for (const statement of [quotas, pools, snapshots, dependents, copies, groups, keys, clusters, metadata])
    found.push(...(await database.all<Drift>(statement)));
  return found;
}
