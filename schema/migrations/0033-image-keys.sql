-- The key of an image that an encrypted volume was uploaded to. The image is not ours: the key ends when it is deleted over
-- /key-manager, which the image service does with the image.
ALTER TABLE encryption_keys ADD COLUMN image_id uuid;
-- Of an owner that is no row of ours.
ALTER TABLE encryption_keys ADD COLUMN project_id text;
ALTER TABLE encryption_keys ADD COLUMN user_id text;
ALTER TABLE encryption_keys DROP CONSTRAINT encryption_keys_one_owner;
ALTER TABLE encryption_keys ADD CONSTRAINT encryption_keys_one_owner
  CHECK (num_nonnulls(volume_id, backup_id, image_id) = 1 AND (image_id IS NULL) = (project_id IS NULL));
