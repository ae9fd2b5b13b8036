// The SQL of extra specs: they are one jsonb column of their type.
import type { Database } from '../../infra/database/port.ts';
import { bounded } from '../../schema/sizes.ts';
import { type ParametersOf, statement } from '../../schema/statement.ts';
import { isMultiattach } from '../../schema/volume-types.ts';
import { isUsed } from '../types/store.ts';

/** What came of a change: whether it was made, and what stood in its way. */
export interface SpecsChange {
  readonly is_changed: boolean;
  readonly is_used: boolean;
}

const changeText = (name: string, assignment: string, condition: string) =>
  statement(
    `type-extra-specs.${name}`,
    `WITH changed AS (
  UPDATE volume_types r SET extra_specs = ${assignment}, updated_at = :now::timestamptz
  WHERE r.id = :id::uuid AND NOT ${isUsed} AND ${condition}
  RETURNING r.id
)
SELECT EXISTS (SELECT 1 FROM changed) AS is_changed, ${isUsed} AS is_used
FROM volume_types r WHERE r.id = :id::uuid`,
  );

// A null takes its key away: what is asked of a back end has a value.
const merged = 'jsonb_strip_nulls(r.extra_specs || :specs::jsonb)';
const isTrue = (key: string) => `COALESCE(${merged} ->> '${key}', '') = '<is> True'`;

const mergeText = changeText(
  'merge',
  bounded('extra specs', merged),
  `NOT (${isTrue('cacheable')} AND ${isMultiattach(merged)})`,
);
const deleteText = changeText('delete', 'r.extra_specs - :key::text', '(r.extra_specs -> :key::text) IS NOT NULL');

async function change(database: Database, statement: typeof mergeText, parameters: ParametersOf<typeof statement>) {
  const [row] = await statement.all<SpecsChange>(database, parameters);
  return row ?? null;
}

/** Sets the keys of `specs`, unless something uses the type. Null when there is no such type. */
export function mergeSpecs(
  database: Database,
  parameters: { id: string; specs: string; now: string },
): Promise<SpecsChange | null> {
  return change(database, mergeText, parameters);
}

/** Takes one key away, unless something uses the type. Null when there is no such type. */
export function deleteSpec(
  database: Database,
  parameters: { id: string; key: string; now: string },
): Promise<SpecsChange | null> {
  return change(database, deleteText, parameters);
}
