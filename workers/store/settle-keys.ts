// What settling does to the keys of encrypted volumes whose bytes were written over. Volumes that are deleted need nothing:
// their keys end with them.

/**
 * The volume that a backup was restored to: its key is now that of the backup, whatever an admin has made of its status
 * meanwhile, and the one that it had goes.
 */
export const restoredVolume = (now: string) => `volume AS (
  UPDATE volumes v SET status = CASE WHEN v.status = 'restoring-backup' THEN 'available' ELSE v.status END,
    encryption_key_id = COALESCE((f.arguments->>'new_key_id')::uuid, v.encryption_key_id), updated_at = ${now}
  FROM fenced f WHERE v.id = (f.arguments->>'volume_id')::uuid
    AND (v.status = 'restoring-backup' OR f.arguments ? 'new_key_id')
), key_gone AS (
  DELETE FROM encryption_keys k USING fenced f
  WHERE k.volume_id = (f.arguments->>'volume_id')::uuid AND k.id <> (f.arguments->>'new_key_id')::uuid
)`;

/** The restore has failed: the volume keeps its key, which opens what was not written over. */
export const keptKey = `key_gone AS (
  DELETE FROM encryption_keys k USING fenced f WHERE k.id = (f.arguments->>'new_key_id')::uuid
)`;

/** An image that was not made needs no key. */
export const imageKeyGone = `key_gone AS (
  DELETE FROM encryption_keys k USING fenced f
  WHERE k.id = (f.arguments -> 'image' ->> 'key_id')::uuid AND k.image_id IS NOT NULL
)`;
