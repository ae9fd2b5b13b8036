// The SQL of pools, as the back ends last described them.

import type { Database } from '../../infra/database/port.ts';
import { utc } from '../../schema/expressions.ts';
import { takesWork } from '../../schema/services.ts';
import { statement } from '../../schema/statement.ts';

export interface PoolRow {
  /** host@backend#pool */
  readonly name: string;
  readonly zone: string;
  /** GiB. Null is unknown, Infinity no limit. */
  readonly total_gib: number | null;
  readonly free_gib: number | null;
  readonly provisioned_gib: number;
  readonly allocated_gib: number;
  readonly reserved_percentage: number;
  readonly max_over_subscription_ratio: number;
  readonly is_thin: boolean;
  /** A JSON object. */
  readonly capabilities: string;
  readonly updated_at: string;
}

type Row = Omit<PoolRow, 'total_gib' | 'free_gib'> & {
  readonly total_gib: string | null;
  readonly free_gib: string | null;
};

// As for the scheduler: pools of a service that is disabled, frozen or silent take no volume, and are not listed.
const listText = statement(
  'pools.list',
  `SELECT r.name, r.availability_zone AS zone, r.total_gib::text AS total_gib, r.free_gib::text AS free_gib, r.provisioned_gib,
  r.allocated_gib::double precision AS allocated_gib, r.reserved_percentage, r.max_over_subscription_ratio,
  r.thin AS is_thin, r.capabilities::text AS capabilities, ${utc('r.updated_at')} AS updated_at
FROM pools r JOIN services s ON s.host = r.backend AND s."binary" = 'cinder-volume'
WHERE ${takesWork('s')} AND NOT s.frozen
  AND (:name::text IS NULL OR r.name = :name::text)
ORDER BY r.name`,
);

/** The pools that volumes can be placed in, by name. */
export async function listPools(database: Database, given: { name: string | null; now: string }): Promise<PoolRow[]> {
  const rows = await listText.all<Row>(database, given);
  return rows.map((row) => ({ ...row, total_gib: numberOf(row.total_gib), free_gib: numberOf(row.free_gib) }));
}

/** Sizes come as text, which can say Infinity: no JSON can. */
const numberOf = (text: string | null) => (text === null ? null : Number(text));

const specsText = statement(
  'pools.type-specs',
  `SELECT t.extra_specs::text AS extra_specs FROM volume_types t
WHERE t.id::text = :type::text OR t.name = :type::text ORDER BY (t.id::text = :type::text) DESC LIMIT 1`,
);

/** The extra specs of a type by its id or name, a JSON object; null when there is no such type. */
export async function readTypeSpecs(database: Database, type: string): Promise<string | null> {
  const [row] = await specsText.all<{ extra_specs: string }>(database, { type });
  return row?.extra_specs ?? null;
}
