// Keys of encrypted volumes and backups. A key in our own table belongs to one of them and is deleted with it. A
// clone has the encrypted bytes of its source, so SQL alone can make it, in the statement that creates its owner.
import { fragment, fragmentOf, type Literal, mustBeRead } from './statement.ts';

/** The properties of a key: `aes`, 256 bits, for `xts`. */
export interface KeySpec {
  readonly algorithm: string;
  readonly bitLength: number;
  readonly mode: string;
}

/** The cipher of a type that names none, and its key size. */
export const defaultCipher = 'aes-xts-plain64';
export const defaultKeyBits = 256;
/** No longer keys exist. */
export const mostKeyBits = 1024;

/** The ciphers that the worker can format: see infra/luks. */
export const formattedByUs = `the provider luks with the cipher ${defaultCipher} and keys of 256 or 512 bits`;
export const isFormattedByUs = (provider: string, cipher: string | null, keyBits: number | null): boolean =>
  /(^luks2?|\.Luks2?Encryptor)$/i.test(provider) &&
  (cipher ?? defaultCipher) === defaultCipher &&
  [256, 512].includes(keyBits ?? defaultKeyBits);

/** The key properties of a type; null for a size of which no keys exist. */
export function keySpec(cipher: string | null, keyBits: number | null): KeySpec | null {
  const [algorithm = '', mode = ''] = (cipher || defaultCipher).split('-');
  const bitLength = keyBits || defaultKeyBits;
  if (bitLength % 8 !== 0 || bitLength > mostKeyBits) return null;
  return { algorithm: algorithm.toLowerCase(), bitLength, mode: mode.toLowerCase() };
}

const columns = 'algorithm, bit_length, mode, material, sealed_as';

/** The CTE `key`: inserts the rows of a SELECT of (id, owner, key properties), each key for its volume or backup. */
const inserting = <const Rows extends string>(owner: 'volume_id' | 'backup_id', rows: Literal<Rows>) =>
  fragmentOf(
    'key',
    `INSERT INTO encryption_keys (id, ${owner}, ${columns}, created_at)
  SELECT n.id, n.owner, n.algorithm, n.bit_length, n.mode, n.material, n.sealed_as, :now::timestamptz FROM (${rows}) n
  RETURNING id`,
    ':now::timestamptz',
    rows,
  );

/**
 * The CTE `key`: the key for the row of `owner`, new (`:key_material`) or a clone of `:key_source`. It inserts
 * nothing when the parameters are noKey, or name a key in a key manager. The new id is `:key_id`.
 */
export const insertKey = (owner: string, column: 'volume_id' | 'backup_id') => mustBeRead(keyOf(owner, column));

/** Like insertKey() with `:key_source` null: no source can be gone, so it has nothing to refuse. */
export const insertNewKey = (owner: string, column: 'volume_id' | 'backup_id') => keyOf(owner, column);

const keyOf = (owner: string, column: 'volume_id' | 'backup_id') =>
  inserting(
    column,
    `
    SELECT :key_id::uuid AS id, r.id AS owner, k.algorithm, k.bit_length, k.mode, k.material, k.sealed_as
    FROM ${owner} r CROSS JOIN (
      SELECT :key_algorithm::text AS algorithm, :key_bits::int AS bit_length, :key_mode::text AS mode,
        :key_material::text AS material, COALESCE(:key_sealed_as::uuid, :key_id::uuid) AS sealed_as WHERE :key_material::text IS NOT NULL
      UNION ALL SELECT s.algorithm, s.bit_length, s.mode, s.material, s.sealed_as FROM encryption_keys s
      WHERE s.id = :key_source::uuid) k`,
  );

/**
 * The CTE `key`: the key of the image `:image_id`, to which the volume of `owner` is uploaded: a clone of
 * `:key_source`. It belongs to the volume's project. Inserts nothing when there is no such source.
 */
export const insertImageKey = (owner: string) =>
  mustBeRead(
    fragment(
      'key',
      `INSERT INTO encryption_keys (id, image_id, project_id, user_id, ${columns}, created_at)
  SELECT :key_id::uuid, :image_id::text::uuid, r.project_id, :actor_id::text, s.algorithm, s.bit_length, s.mode, s.material,
    s.sealed_as, :now::timestamptz
  FROM ${owner} r JOIN encryption_keys s ON s.id = :key_source::uuid
  RETURNING id`,
    ),
  );

/**
 * The CTE `key` for several owners at once: a clone for each row of `rows`, a SELECT of (id, owner, source): the ids
 * of the new key, of its owner, and of the key to clone.
 */
export const cloneKeys = <const Rows extends string>(rows: Literal<Rows>, column: 'volume_id' | 'backup_id') =>
  mustBeRead(
    inserting(
      column,
      `
    SELECT o.id, o.owner, s.algorithm, s.bit_length, s.mode, s.material, s.sealed_as
    FROM (${rows}) o JOIN encryption_keys s ON s.id = o.source`,
    ),
  );

/**
 * An expression for the main query that refuses the statement (`changed`) if the key to clone is gone meanwhile. It
 * reads the CTE `key`; `owner` is the CTE whose row must have a key.
 */
export const refuseWithoutKey = (owner: string) =>
  `CASE WHEN EXISTS (SELECT 1 FROM ${owner})
    AND (:key_source::uuid IS NOT NULL OR :key_material::text IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM key)
    THEN refuse('changed') END` as const;
