-- A backup remembers, like everything else that has a machine, the status that its work began in.
ALTER TABLE backups ADD COLUMN IF NOT EXISTS previous_status text;
