// Quota: counters that change only in the statement that changes the resource. There are no reservations.
import { fragment, fragmentOf, type Literal } from './statement.ts';
//
// A statement that adds or removes something has a CTE `deltas (project_id, resource, type_id, delta)` and, after
// it, countQuota(). When a counter would pass its limit the whole statement is refused (SQL function refuse()).

/** The resources that have a limit in every project, in the order of the API. */
export const quotaResources = [
  'volumes',
  'snapshots',
  'gigabytes',
  'backups',
  'backup_gigabytes',
  'per_volume_gigabytes',
  'groups',
] as const;

// `volume_gigabytes` is counted too: gigabytes without snapshots, for the summary of volumes.

/** The resources that also have limits per volume type: `<resource>_<type name>`. */
export const typedQuotaResources = ['volumes', 'gigabytes', 'snapshots'] as const;

/** Refuses the statement with a QuotaRefusal; each value is an SQL expression. */
export function refuseQuota(of: Readonly<Record<'quota' | 'typeId' | 'inUse' | 'limit' | 'delta', string>>): string {
  return `refuse(json_build_object('quota', ${of.quota}, 'in_use', ${of.inUse}, 'limit', ${of.limit}, 'delta', ${of.delta},
    'type', (SELECT t.name FROM volume_types t WHERE t.id::text = ${of.typeId}))::text)`;
}

/**
 * The CTEs `deltas`, `counted` and `over_limit`. `deltas` is the text of a SELECT of (project_id, resource, type_id,
 * delta). The main query must read `over_limit` (WHERE (SELECT count(*) FROM over_limit) = 0), because a CTE that
 * nobody reads does not run. Counters are locked in a fixed order, so two statements cannot deadlock.
 */
export function countQuota<const Deltas extends string>(deltas: Literal<Deltas>) {
  return [
    ...releaseQuota(deltas),
    fragment(
      'over_limit',
      `SELECT ${refuseQuota({ quota: 'c.resource', typeId: 'c.type_id', inUse: 'c.in_use', limit: 'l.hard_limit', delta: 'l.delta' })}
  FROM counted c JOIN (
    SELECT d.project_id, d.resource, d.type_id, sum(d.delta) AS delta,
      COALESCE(max(q.hard_limit), max(k.hard_limit), -1) AS hard_limit
    FROM deltas d
    LEFT JOIN quotas q ON q.project_id = d.project_id AND q.resource = d.resource AND q.type_id = d.type_id
    LEFT JOIN quota_classes k ON k.class_name = 'default' AND k.resource = d.resource AND k.type_id = d.type_id
    GROUP BY d.project_id, d.resource, d.type_id
  ) l ON l.project_id = c.project_id AND l.resource = c.resource AND l.type_id = c.type_id
  WHERE l.delta > 0 AND l.hard_limit >= 0 AND c.in_use > l.hard_limit
  ORDER BY c.resource, c.type_id`,
    ),
  ] as const;
}

/**
 * The CTEs `deltas` and `counted` alone, for what only goes away: no limit can refuse that. PostgreSQL runs CTEs that
 * nobody reads at the end of the statement, the last one first. So every statement that has them all locks a
 * project's counters after it writes the events, and the pools after the counters. Deletes in one project wait for
 * each other's counters: when these were read first, they took half of the time of a settlement.
 */
export function releaseQuota<const Deltas extends string>(deltas: Literal<Deltas>) {
  return [
    fragmentOf('deltas', deltas, deltas),
    fragment(
      'counted',
      `INSERT INTO quota_usages AS u (project_id, resource, type_id, in_use)
  SELECT d.project_id, d.resource, d.type_id, sum(d.delta)::bigint FROM deltas d
  GROUP BY d.project_id, d.resource, d.type_id HAVING sum(d.delta) <> 0
  ORDER BY d.project_id, d.resource, d.type_id
  ON CONFLICT ON CONSTRAINT quota_usages_once DO UPDATE SET in_use = u.in_use + EXCLUDED.in_use
  RETURNING u.project_id, u.resource, u.type_id, u.in_use`,
    ),
  ] as const;
}

/**
 * The CTE `too_large`: refuses the statement when a single volume would be larger than its project allows. `size` is
 * an SQL expression over the alias `v` of `from`. The main query must read it, like `over_limit`.
 */
export function perVolumeLimit<const Size extends string>(from: string, size: Literal<Size>) {
  return fragmentOf(
    'too_large',
    `SELECT ${refuseQuota({ quota: `'per_volume_gigabytes'`, typeId: `''`, inUse: size, limit: 'l.hard_limit', delta: size })}
  FROM ${from} v CROSS JOIN LATERAL (SELECT COALESCE(
    (SELECT q.hard_limit FROM quotas q WHERE q.project_id = v.project_id AND q.resource = 'per_volume_gigabytes'),
    (SELECT k.hard_limit FROM quota_classes k WHERE k.class_name = 'default' AND k.resource = 'per_volume_gigabytes'), -1
  ) AS hard_limit) l
  WHERE l.hard_limit >= 0 AND ${size} > l.hard_limit`,
    size,
  );
}

/** The reason in refuse() when a counter would pass its limit. */
export interface QuotaRefusal {
  readonly quota: string;
  /** The name of the volume type that the limit applies to; null: all types together. */
  readonly type: string | null;
  /** The value that the counter would have had. */
  readonly in_use: number;
  readonly limit: number;
  readonly delta: number;
}

/** Deltas of volumes coming (sign 1) or going (-1): `from` is a CTE or table with the columns of volumes. */
export function volumeDeltas(from: string, sign: number) {
  return `
  SELECT v.project_id, x.resource, x.type_id, x.delta FROM ${from} v
  CROSS JOIN LATERAL (VALUES ('volumes', '', ${sign}), ('gigabytes', '', ${sign} * v.size_gib),
    ('volume_gigabytes', '', ${sign} * v.size_gib), ('volumes', v.volume_type_id::text, ${sign}), ('gigabytes', v.volume_type_id::text, ${sign} * v.size_gib)
  ) AS x (resource, type_id, delta) WHERE v.consumes_quota AND x.type_id IS NOT NULL` as const;
}

/** Deltas of snapshots coming or going: `from` has the columns of snapshots. */
export function snapshotDeltas(from: string, sign: number) {
  return `
  SELECT s.project_id, x.resource, x.type_id, x.delta FROM ${from} s
  CROSS JOIN LATERAL (VALUES ('snapshots', '', ${sign}), ('gigabytes', '', ${sign} * s.size_gib),
    ('snapshots', s.volume_type_id::text, ${sign}), ('gigabytes', s.volume_type_id::text, ${sign} * s.size_gib)
  ) AS x (resource, type_id, delta) WHERE s.consumes_quota AND x.type_id IS NOT NULL` as const;
}

/** Deltas of backups coming or going: `from` has the columns of backups. */
export function backupDeltas(from: string, sign: number) {
  return `
  SELECT b.project_id, x.resource, '' AS type_id, x.delta FROM ${from} b
  CROSS JOIN LATERAL (VALUES ('backups', ${sign}), ('backup_gigabytes', ${sign} * b.size_gib)) AS x (resource, delta)` as const;
}

/** Deltas of groups coming or going: `from` has the columns of groups. */
export function groupDeltas(from: string, sign: number) {
  return `
  SELECT g.project_id, 'groups' AS resource, '' AS type_id, ${sign} AS delta FROM ${from} g` as const;
}

/** Deltas of volumes growing by the SQL expression `by` over the alias `v`. */
export function growthDeltas<const By extends string>(from: string, by: By) {
  return `
  SELECT v.project_id, x.resource, x.type_id, x.delta FROM ${from} v
  CROSS JOIN LATERAL (VALUES ('gigabytes', '', ${by}), ('volume_gigabytes', '', ${by}),
    ('gigabytes', v.volume_type_id::text, ${by})) AS x (resource, type_id, delta)
  WHERE v.consumes_quota AND x.type_id IS NOT NULL` as const;
}
