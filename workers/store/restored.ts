// Changes to a volume that now has the data of a backup: it becomes what the backed-up volume was.

/** The backup that an operation restores, as `b`: all NULL when it was deleted by force meanwhile. */
export const joinBackup = `LEFT JOIN backups b ON b.id = (f.arguments->>'backup_id')::uuid`;

/**
 * Assignments for the volume `v`, with `b` joined. A name that a user gave stays, and so does everything that the
 * backup does not know. The backup's id is stored, unless it was restored to the volume that it was made from.
 */
export function asBackedUp(v: string): string {
  const takesName = `COALESCE(b.volume_name, '') <> '' AND (COALESCE(${v}.name, '') = ''
      OR ${v}.name LIKE 'restore\\_backup\\_%')`;
  return `name = CASE WHEN ${takesName} THEN b.volume_name ELSE ${v}.name END,
    description = CASE WHEN ${takesName} THEN b.volume_description ELSE ${v}.description END,
    metadata = COALESCE(NULLIF(b.volume_metadata, '{}'::jsonb), ${v}.metadata) || CASE WHEN b.volume_id <> ${v}.id
      THEN jsonb_build_object('src_backup_id', b.id::text) ELSE '{}'::jsonb END`;
}

/** Whether it is bootable, as an SQL expression. */
export const bootableAsBackedUp = (v: string) =>
  `${v}.bootable OR COALESCE(b.bootable OR b.image_metadata IS NOT NULL, FALSE)`;
