// The SQL of the summary: read off counters, so that it costs the same for a million volumes.
import type { Database } from '../../../infra/database/port.ts';
import { statement } from '../../../schema/statement.ts';

const totals = <const Where extends string>(where: Where) =>
  `SELECT
  COALESCE(sum(u.in_use) FILTER (WHERE u.resource = 'volumes'), 0)::int AS total_count,
  COALESCE(sum(u.in_use) FILTER (WHERE u.resource = 'volume_gigabytes'), 0)::double precision AS total_size
FROM quota_usages u WHERE ${where} u.type_id = '' AND u.resource IN ('volumes', 'volume_gigabytes')` as const;

const summaryOfProject = statement('volumes.summary', totals('u.project_id = :project::text AND'));
const summaryOfAll = statement('volumes.summary-all', totals(''));

export interface Totals {
  readonly total_count: number;
  readonly total_size: number;
}

/** How many volumes and GiB there are: read off the counters, not counted. */
export async function summarise(database: Database, projectId: string | null): Promise<Totals> {
  const [row] =
    projectId === null
      ? await summaryOfAll.all<Totals>(database)
      : await summaryOfProject.all<Totals>(database, { project: projectId });
  return row ?? { total_count: 0, total_size: 0 };
}

const metadataOfProject = statement(
  'volumes.summary-metadata',
  `SELECT m.key, json_agg(m.value ORDER BY m.value)::text AS values FROM volume_metadata_counts m
  WHERE m.project_id = :project::text GROUP BY m.key`,
);
const metadataOfAll = statement(
  'volumes.summary-metadata-all',
  'SELECT m.key, json_agg(DISTINCT m.value)::text AS values FROM volume_metadata_counts m GROUP BY m.key',
);

/** Every metadata key in use with its values, as JSON: read off counters too (migration 0042 keeps them). */
export async function metadataInUse(database: Database, projectId: string | null) {
  type Row = { key: string; values: string };
  return projectId === null
    ? metadataOfAll.all<Row>(database)
    : metadataOfProject.all<Row>(database, { project: projectId });
}
