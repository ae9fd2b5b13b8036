// The SQL of group specs: they are one jsonb column of their group type.
import type { Database } from '../../infra/database/port.ts';
import { bounded } from '../../schema/sizes.ts';
import { statement } from '../../schema/statement.ts';

// A null takes its key away, as with extra specs.
const mergeText = statement(
  'group-specs.merge',
  `UPDATE group_types r SET group_specs = ${bounded('group specs', 'jsonb_strip_nulls(r.group_specs || :specs::jsonb)')}, updated_at = :now::timestamptz
WHERE r.id = :id::uuid RETURNING r.id::text AS id`,
);

/** Sets the keys of `specs`. False when there is no such type. */
export async function mergeSpecs(
  database: Database,
  parameters: { id: string; specs: string; now: string },
): Promise<boolean> {
  return (await mergeText.all(database, parameters)).length > 0;
}

const deleteText = statement(
  'group-specs.delete',
  `WITH changed AS (
  UPDATE group_types r SET group_specs = r.group_specs - :key::text, updated_at = :now::timestamptz
  WHERE r.id = :id::uuid AND (r.group_specs -> :key::text) IS NOT NULL
  RETURNING r.id
)
SELECT EXISTS (SELECT 1 FROM changed) AS is_changed FROM group_types r WHERE r.id = :id::uuid`,
);

/** Whether the key was there and has been taken away. Null when there is no such type. */
export async function deleteSpec(
  database: Database,
  parameters: { id: string; key: string; now: string },
): Promise<boolean | null> {
  const [row] = await deleteText.all<{ is_changed: boolean }>(database, parameters);
  return row?.is_changed ?? null;
}
