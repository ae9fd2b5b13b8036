// The SQL of hosts: services under another name, and what projects have on them.
import type { Database } from '../../infra/database/port.ts';
import { firstMeant, isMeant } from '../../schema/services.ts';
import { statement } from '../../schema/statement.ts';

/** What a project has on a host; of all projects together when the project is null. */
export interface UsageRow {
  /** The whole name of what was meant: host@backend. */
  readonly host: string;
  readonly project_id: string | null;
  readonly volumes: number;
  readonly volume_gib: number;
  readonly snapshots: number;
  readonly snapshot_gib: number;
}

const usageText = statement(
  'hosts.usage',
  `WITH host AS (
  SELECT s.host FROM services s WHERE s."binary" = 'cinder-volume' AND ${isMeant('s')}
  ORDER BY ${firstMeant('s')} LIMIT 1
), here AS (
  SELECT v.id, v.project_id, v.size_gib FROM volumes v JOIN host h ON split_part(v.host, '#', 1) = h.host
), parts AS (
  SELECT n.project_id, 1 AS volumes, n.size_gib AS volume_gib, 0 AS snapshots, 0 AS snapshot_gib FROM here n
  UNION ALL
  SELECT s.project_id, 0, 0, 1, s.size_gib FROM snapshots s JOIN here n ON n.id = s.volume_id
)
SELECT (SELECT h.host FROM host h) AS host, p.project_id, COALESCE(sum(p.volumes), 0)::int AS volumes,
  COALESCE(sum(p.volume_gib), 0)::double precision AS volume_gib, COALESCE(sum(p.snapshots), 0)::int AS snapshots,
  COALESCE(sum(p.snapshot_gib), 0)::double precision AS snapshot_gib
FROM parts p WHERE EXISTS (SELECT 1 FROM host)
GROUP BY GROUPING SETS ((), (p.project_id))
HAVING EXISTS (SELECT 1 FROM host)
ORDER BY grouping(p.project_id) DESC, p.project_id`,
);

/**
 * The total and each project's part, in this order, of host@backend or the first back end of a host; empty when there
 * is none.
 */
export function readUsage(database: Database, host: string): Promise<UsageRow[]> {
  return usageText.all<UsageRow>(database, { host });
}
