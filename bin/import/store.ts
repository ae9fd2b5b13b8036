// The SQL of an import: what already exists, and the old fields of a volume that was adopted.
import type { Database } from '../../infra/database/port.ts';
import { bounded } from '../../schema/sizes.ts';
import { type ParametersOf, statement } from '../../schema/statement.ts';

const namesText = statement(
  'import.names',
  `SELECT 'type' AS what, t.id::text AS id, t.name FROM volume_types t
UNION ALL SELECT 'qos', q.id::text, q.name FROM qos_specs q`,
);

/** The existing types and QoS specs, by name. */
export async function readNames(database: Database) {
  const rows = await namesText.all<{ what: string; id: string; name: string }>(database);
  const of = (what: string) => new Map(rows.filter((one) => one.what === what).map((one) => [one.name, one.id]));
  return { types: of('type'), qosSpecs: of('qos') };
}

export interface StateRow {
  readonly id: string;
  readonly status: string;
  /** Whether it was adopted, so that its object is ours. */
  readonly is_taken: boolean;
  /** Why its last work failed. */
  readonly cause: string | null;
}

const states = <const Table extends string>(table: Table) =>
  statement(
    `import.${table}`,
    `SELECT r.id::text AS id, r.status, r.adopts IS NULL AS is_taken,
  (SELECT o.cause FROM operations o WHERE o.resource_id = r.id ORDER BY o.created_at DESC, o.id DESC LIMIT 1) AS cause
FROM ${table} r WHERE r.id IN (SELECT x::uuid FROM jsonb_array_elements_text(:ids::jsonb) x)`,
  );
const statesTexts = { volume: states('volumes'), snapshot: states('snapshots') } as const;

/** The progress of each one that exists. At most a few hundred ids at once. */
export async function readStates(
  database: Database,
  what: keyof typeof statesTexts,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StateRow>> {
  const rows = await statesTexts[what].all<StateRow>(database, { ids: JSON.stringify(ids) });
  return new Map(rows.map((row) => [row.id, row]));
}

const volumeText = statement(
  'import.volume-as-it-was',
  `UPDATE volumes r SET created_at = :created_at::timestamptz,
  image_metadata = ${bounded('volume image metadata', ':image_metadata::jsonb')}
WHERE r.id = :id::uuid AND r.adopts IS NULL AND r.created_at <> :created_at::timestamptz`,
);
const snapshotText = statement(
  'import.snapshot-as-it-was',
  `UPDATE snapshots r SET created_at = :created_at::timestamptz
WHERE r.id = :id::uuid AND r.adopts IS NULL AND r.created_at <> :created_at::timestamptz`,
);

/** Gives an adopted volume its old creation time and image properties. Repeating it changes nothing. */
export async function volumeAsItWas(database: Database, parameters: ParametersOf<typeof volumeText>): Promise<void> {
  await volumeText.all(database, parameters);
}

export async function snapshotAsItWas(
  database: Database,
  parameters: ParametersOf<typeof snapshotText>,
): Promise<void> {
  await snapshotText.all(database, parameters);
}
