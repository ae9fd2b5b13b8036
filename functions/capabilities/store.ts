// The SQL of what a back end can do, as it last said.
import { type Database, sql } from '../../infra/database/port.ts';

export interface CapabilityRow {
  /** host@backend#pool */
  readonly name: string;
  readonly is_thin: boolean;
  /** A JSON object. */
  readonly capabilities: string;
}

const showText = sql(
  'capabilities.show',
  `SELECT p.name, p.thin AS is_thin, p.capabilities::text AS capabilities FROM pools p
WHERE p.name = :host::text OR p.backend = :host::text ORDER BY p.name LIMIT 1`,
);

/** Of a pool `host@backend#pool`, or of the first pool of `host@backend`; null when there is none. */
export async function findCapabilities(database: Database, host: string): Promise<CapabilityRow | null> {
  const [row] = await database.all<CapabilityRow>(showText, { host });
  return row ?? null;
}
