// What a volume becomes when the data of a backup is in it: what the volume was that was backed up.

/** The backup that an operation restores, as `b`: nothing of it when it was deleted by force meanwhile. */
export const joinBackup = `LEFT JOIN backups b ON b.id = (f.arguments->>'backup_id')::uuid`;

/**
 * Assignments for the volume `v`, with `b` beside it. A name that a user gave stays; what the backup does not say
 * stays as well. The id of the backup is written down, unless it went back to the volume that it was made of.
 */
export function asBackedUp(v: string): string {
  const takesName = `COALESCE(b.volume_name, '') <> '' AND (COALESCE(${v}.name, '') = ''
      OR ${v}.name LIKE 'restore\\_backup\\_%')`;
  return `name = CASE WHEN ${takesName} THEN b.volume_name ELSE ${v}.name END,
    description = CASE WHEN ${takesName} THEN b.volume_description ELSE ${v}.description END,
    metadata = COALESCE(NULLIF(b.volume_metadata, '{}'::jsonb), ${v}.metadata) || CASE WHEN b.volume_id <> ${v}.id
      THEN jsonb_build_object('src_backup_id', b.id::text) ELSE '{}'::jsonb END`;
}

/** Whether it can be booted from, as an SQL expression. */
export const bootableAsBackedUp = (v: string) =>
  `${v}.bootable OR COALESCE(b.bootable OR b.image_metadata IS NOT NULL, FALSE)`;
