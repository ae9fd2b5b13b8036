-- Why an operation was tried again: `{ at, attempt, cause }` of each try that did not end it, the last ten.
ALTER TABLE operations ADD COLUMN IF NOT EXISTS tried jsonb NOT NULL DEFAULT '[]';
