// The SQL of keys as hosts read them. The project of a key is that of its volume or backup, or its own where it is an image's.

import type { Database } from '../../infra/database/port.ts';
import { utc } from '../../schema/expressions.ts';
import { statement } from '../../schema/statement.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';

export interface KeyRow {
  readonly id: string;
  readonly owner: string;
  readonly user_id: string;
  readonly algorithm: string;
  readonly bit_length: number;
  readonly mode: string;
  readonly material: string;
  readonly sealed_as: string;
  readonly created_at: string;
}

const showText = statement(
  'keys.show',
  `SELECT k.id::text AS id, COALESCE('volume ' || k.volume_id, 'backup ' || k.backup_id, 'image ' || k.image_id)
    AS owner, COALESCE(v.user_id, b.user_id, k.user_id) AS user_id, k.algorithm, k.bit_length, k.mode, k.material,
  k.sealed_as::text AS sealed_as, ${utc('k.created_at')} AS created_at
FROM encryption_keys k LEFT JOIN volumes v ON v.id = k.volume_id LEFT JOIN backups b ON b.id = k.backup_id
WHERE k.id = :id::uuid AND (:scope::text IS NULL OR COALESCE(v.project_id, b.project_id, k.project_id) = :scope::text)`,
);

/** The key, still sealed; null when it is not within the scope. */
export async function findKey(database: Database, scope: Scope, id: string): Promise<KeyRow | null> {
  const [row] = await showText.all<KeyRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

const deleteText = statement(
  'keys.delete',
  `WITH found AS (
  SELECT k.id, k.image_id, COALESCE('volume ' || k.volume_id, 'backup ' || k.backup_id) AS owner
  FROM encryption_keys k LEFT JOIN volumes v ON v.id = k.volume_id LEFT JOIN backups b ON b.id = k.backup_id
  WHERE k.id = :id::uuid AND (:scope::text IS NULL OR COALESCE(v.project_id, b.project_id, k.project_id) = :scope::text)
), gone AS (
  DELETE FROM encryption_keys k USING found f WHERE k.id = f.id AND f.image_id IS NOT NULL
)
SELECT owner FROM found`,
);

/** Deletes the key of an image. Another one stays and its owner is returned; undefined when there is no such key. */
export async function deleteImageKey(database: Database, scope: Scope, id: string): Promise<string | null | undefined> {
  const [row] = await deleteText.all<{ owner: string | null }>(database, { id, ...scopeParameter(scope) });
  return row?.owner;
}
