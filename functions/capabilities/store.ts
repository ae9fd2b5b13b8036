// The SQL of what a back end can do, as it last said.
import type { Database } from '../../infra/database/port.ts';
import { firstMeant, isMeant, isMeantByCluster } from '../../schema/services.ts';
import { statement } from '../../schema/statement.ts';

export interface CapabilityRow {
  /** host@backend, or cluster@backend where a cluster was named. */
  readonly name: string;
  readonly is_thin: boolean;
  /** A JSON object. */
  readonly capabilities: string;
}

const showText = statement(
  'capabilities.show',
  `SELECT CASE WHEN ${isMeant('s')} THEN s.host ELSE s.cluster_name END AS name, p.thin AS is_thin,
  p.capabilities::text AS capabilities
FROM services s JOIN pools p ON p.backend = s.host
WHERE s."binary" = 'cinder-volume' AND (${isMeant('s')} OR ${isMeantByCluster('s.cluster_name')})
ORDER BY ${isMeant('s')} DESC, ${firstMeant('s')}, p.name LIMIT 1`,
);

/**
 * Of a back end or a cluster, or of the first back end of a host or cluster that is named without @backend; null when
 * there is none.
 */
export async function findCapabilities(database: Database, host: string): Promise<CapabilityRow | null> {
  const [row] = await showText.all<CapabilityRow>(database, { host });
  return row ?? null;
}
