-- Who has cancelled an operation before it began: whoever claims it next ends it by its fail edge.
ALTER TABLE operations ADD COLUMN IF NOT EXISTS cancelled_by text;
