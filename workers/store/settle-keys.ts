// What settling does to the keys of encrypted volumes whose bytes were written over. Volumes that are deleted need nothing:
// their keys end with them.

/** The restore has failed: the volume keeps its key, which opens what was not written over. */
export const keptKey = `key_gone AS (
  DELETE FROM encryption_keys k USING fenced f WHERE k.id = (f.arguments->>'new_key_id')::uuid
)`;

/** An image that was not made needs no key. */
export const imageKeyGone = `key_gone AS (
  DELETE FROM encryption_keys k USING fenced f
  WHERE k.id = (f.arguments -> 'image' ->> 'key_id')::uuid AND k.image_id IS NOT NULL
)`;
