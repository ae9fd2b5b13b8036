// The SQL of access to private types.
import type { Database } from '../../infra/database/port.ts';
import { type ParametersOf, statement } from '../../schema/statement.ts';

const listText = statement(
  'type-access.list',
  `SELECT r.is_public, a.project_id FROM volume_types r LEFT JOIN volume_type_access a ON a.volume_type_id = r.id
WHERE r.id = :id::uuid ORDER BY a.created_at, a.project_id`,
);

export interface AccessList {
  readonly isPublic: boolean;
  readonly projects: readonly string[];
}

/** The projects that may use a type; null when there is no such type. */
export async function listAccess(database: Database, id: string): Promise<AccessList | null> {
  const rows = await listText.all<{ is_public: boolean; project_id: string | null }>(database, { id });
  const first = rows[0];
  if (first === undefined) return null;
  return { isPublic: first.is_public, projects: rows.flatMap((row) => row.project_id ?? []) };
}

export interface AccessChange {
  readonly is_public: boolean;
  readonly is_changed: boolean;
}

// The lock keeps a delete of the type from passing between the two: the row has to be there for its foreign key.
const addText = statement(
  'type-access.add',
  `WITH target AS (
  SELECT r.id, r.is_public FROM volume_types r WHERE r.id = :id::uuid FOR KEY SHARE
), changed AS (
  INSERT INTO volume_type_access (volume_type_id, project_id, created_at)
  SELECT t.id, :project::text, :now::timestamptz FROM target t WHERE NOT t.is_public
  ON CONFLICT ON CONSTRAINT volume_type_access_once DO NOTHING
  RETURNING project_id
)
SELECT t.is_public, EXISTS (SELECT 1 FROM changed) AS is_changed FROM target t`,
);

const removeText = statement(
  'type-access.remove',
  `WITH changed AS (
  DELETE FROM volume_type_access a USING volume_types r
  WHERE a.volume_type_id = r.id AND r.id = :id::uuid AND NOT r.is_public AND a.project_id = :project::text
  RETURNING a.project_id
)
SELECT r.is_public, EXISTS (SELECT 1 FROM changed) AS is_changed FROM volume_types r WHERE r.id = :id::uuid`,
);

/** Lets a project use a private type. Not changed: it could before. Null when there is no such type. */
export async function addAccess(
  database: Database,
  parameters: ParametersOf<typeof addText>,
): Promise<AccessChange | null> {
  const [row] = await addText.all<AccessChange>(database, parameters);
  return row ?? null;
}

/** Takes a private type from a project. Not changed: it could not use it. Null when there is no such type. */
export async function removeAccess(
  database: Database,
  parameters: ParametersOf<typeof removeText>,
): Promise<AccessChange | null> {
  const [row] = await removeText.all<AccessChange>(database, parameters);
  return row ?? null;
}
