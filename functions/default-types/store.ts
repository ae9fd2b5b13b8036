// The SQL of default types: the type of a project's volumes that name none.
import type { Database } from '../../infra/database/port.ts';
import { type ParametersOf, statement } from '../../schema/statement.ts';

/** As the API shows it. */
export interface DefaultType {
  readonly project_id: string;
  readonly volume_type_id: string;
}

const columns = 'd.project_id, d.volume_type_id::text AS volume_type_id';

const listText = statement('default-types.list', `SELECT ${columns} FROM default_volume_types d ORDER BY d.project_id`);
const showText = statement(
  'default-types.show',
  `SELECT ${columns} FROM default_volume_types d WHERE d.project_id = :project::text`,
);

/** The default types of all projects that have one. */
export function listDefaultTypes(database: Database): Promise<DefaultType[]> {
  return listText.all<DefaultType>(database);
}

/** Null when the project has none of its own. */
export async function findDefaultType(database: Database, project: string): Promise<DefaultType | null> {
  const [row] = await showText.all<DefaultType>(database, { project });
  return row ?? null;
}

// The lock keeps a delete of the type from passing between the two: the row has to be there for its foreign key.
const setText = statement(
  'default-types.set',
  `WITH wanted AS (
  SELECT t.id FROM volume_types t WHERE t.id::text = :type::text OR t.name = :type::text
  ORDER BY (t.id::text = :type::text) DESC LIMIT 1 FOR KEY SHARE
)
INSERT INTO default_volume_types AS d (project_id, volume_type_id, created_at)
SELECT :project::text, w.id, :now::timestamptz FROM wanted w
ON CONFLICT (project_id) DO UPDATE SET volume_type_id = EXCLUDED.volume_type_id
RETURNING ${columns}`,
);

/** Sets or replaces; null when there is no type of that id or name. */
export async function setDefaultType(
  database: Database,
  parameters: ParametersOf<typeof setText>,
): Promise<DefaultType | null> {
  const [row] = await setText.all<DefaultType>(database, parameters);
  return row ?? null;
}

const unsetText = statement(
  'default-types.unset',
  'DELETE FROM default_volume_types d WHERE d.project_id = :project::text',
);

/** Afterwards the project has no default type of its own; the service's is its default. */
export async function unsetDefaultType(database: Database, project: string): Promise<void> {
  await unsetText.all(database, { project });
}
