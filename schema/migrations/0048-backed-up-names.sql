-- What the volume was called when it was backed up: a volume that is restored from the backup is called so again.
ALTER TABLE backups ADD COLUMN IF NOT EXISTS volume_name text;
ALTER TABLE backups ADD COLUMN IF NOT EXISTS volume_description text;
