-- Keys of encrypted volumes and backups, sealed: only what seals them (the data folder's keys, or AWS KMS) opens them.
CREATE TABLE encryption_keys (
  id uuid PRIMARY KEY,
  -- Whose key it is, which also says which project may have it. It goes when its owner goes, whichever statement ends
  -- that: no key is left behind, and none has to be remembered.
  volume_id uuid REFERENCES volumes (id) ON DELETE CASCADE,
  backup_id uuid REFERENCES backups (id) ON DELETE CASCADE,
  algorithm text NOT NULL,
  bit_length int NOT NULL CHECK (bit_length > 0),
  mode text NOT NULL,
  material text NOT NULL,
  -- The key that it was sealed for. A clone has the material of its source, so both name the same one, and that two
  -- keys are equal can be seen without opening them.
  sealed_as uuid NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT encryption_keys_one_owner CHECK (num_nonnulls(volume_id, backup_id) = 1)
);
CREATE INDEX encryption_keys_of_volume ON encryption_keys (volume_id) WHERE volume_id IS NOT NULL;
CREATE INDEX encryption_keys_of_backup ON encryption_keys (backup_id) WHERE backup_id IS NOT NULL;
