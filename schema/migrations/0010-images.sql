-- Images: what their copies need and leave behind.

-- The user's token on its way to the worker, sealed. It goes when the operation ends, however it ends.
ALTER TABLE operations ADD COLUMN secret text CONSTRAINT operations_secret_ends
  CHECK (secret IS NULL OR status IN ('queued', 'running'));

-- What the image said, as it was when the snapshot or backup was taken: a reimage changes the volume's.
ALTER TABLE snapshots ADD COLUMN image_metadata jsonb;
ALTER TABLE backups ADD COLUMN image_metadata jsonb;
