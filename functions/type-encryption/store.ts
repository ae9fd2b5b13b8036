// The SQL of how volumes of a type are encrypted: at most one row for each type.

import type { Database } from '../../infra/database/port.ts';
import { utc } from '../../schema/expressions.ts';
import { type CheckedStatement, fragmentOf, type Given, type Literal, statement } from '../../schema/statement.ts';
import { isUsed } from '../types/store.ts';

/** How volumes of a type are encrypted, as statements return it. */
export interface EncryptionRow {
  readonly volume_type_id: string;
  readonly encryption_id: string;
  readonly provider: string;
  readonly control_location: string;
  readonly cipher: string | null;
  readonly key_size: number | null;
  readonly created_at: string;
  readonly updated_at: string | null;
}

const columns = `e.volume_type_id::text AS volume_type_id, e.encryption_id::text AS encryption_id, e.provider,
  e.control_location, e.cipher, e.key_size, ${utc('e.created_at')} AS created_at,
  ${utc('e.updated_at')} AS updated_at`;

const showText = statement(
  'type-encryption.show',
  `SELECT ${columns} FROM volume_types r LEFT JOIN volume_type_encryption e ON e.volume_type_id = r.id
WHERE r.id = :id::uuid`,
);

/** The encryption of a type; `none` when it is not encrypted, null when there is no such type. */
export async function findEncryption(database: Database, id: string): Promise<EncryptionRow | 'none' | null> {
  const [row] = await showText.all<EncryptionRow | { volume_type_id: null }>(database, { id });
  if (row === undefined) return null;
  return row.volume_type_id === null ? 'none' : row;
}

/** What came of a change, and what stood in its way. */
export interface EncryptionChange {
  readonly is_changed: boolean;
  readonly is_used: boolean;
  readonly is_encrypted: boolean;
}

const changeText = <const Change extends string>(name: string, change: Literal<Change>) =>
  statement(
    `type-encryption.${name}`,
    [fragmentOf('changed', change, change)],
    `SELECT EXISTS (SELECT 1 FROM changed) AS is_changed, ${isUsed} AS is_used,
  EXISTS (SELECT 1 FROM volume_type_encryption e WHERE e.volume_type_id = r.id) AS is_encrypted
FROM volume_types r WHERE r.id = :id::uuid`,
  );

const free = `FROM volume_types r WHERE r.id = :id::uuid AND NOT ${isUsed}` as const;

const createText = changeText(
  'create',
  `INSERT INTO volume_type_encryption (volume_type_id, encryption_id, provider, control_location, cipher, key_size,
    created_at)
  SELECT r.id, :encryption_id::uuid, :provider::text, :control_location::text, :cipher::text, :key_size::int,
    :now::timestamptz
  ${free}
  ON CONFLICT (volume_type_id) DO NOTHING
  RETURNING volume_type_id`,
);

/** The encryption that a request names: by its id, or by the word `provider`, which clients have always sent. */
const named = `(:encryption_id::text = 'provider' OR e.encryption_id::text = :encryption_id::text)`;

const updateText = changeText(
  'update',
  `UPDATE volume_type_encryption e SET provider = COALESCE(:provider::text, e.provider),
    control_location = COALESCE(:control_location::text, e.control_location),
    cipher = CASE WHEN :sets_cipher::boolean THEN :cipher::text ELSE e.cipher END,
    key_size = CASE WHEN :sets_key_size::boolean THEN :key_size::int ELSE e.key_size END,
    updated_at = :now::timestamptz
  ${free} AND e.volume_type_id = r.id AND ${named}
  RETURNING e.volume_type_id`,
);

const deleteText = changeText(
  'delete',
  `DELETE FROM volume_type_encryption e
  USING volume_types r WHERE r.id = :id::uuid AND NOT ${isUsed} AND e.volume_type_id = r.id AND ${named}
  RETURNING e.volume_type_id`,
);

const changes = <P>(statement: CheckedStatement<P>) =>
  async function change(database: Database, ...parameters: Given<P>): Promise<EncryptionChange | null> {
    const [row] = await statement.all<EncryptionChange>(database, ...parameters);
    return row ?? null;
  };

/** Makes, changes or removes the encryption of a type that nothing uses. Null when there is no such type. */
export const changeEncryption = {
  create: changes(createText),
  update: changes(updateText),
  delete: changes(deleteText),
} as const;
