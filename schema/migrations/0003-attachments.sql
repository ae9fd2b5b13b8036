-- What the attachments of a volume are, on the volume's own row: id -> {status, host, instance, connects, operation}.
-- One row lock orders all that happens to them, and every guard and the recomputed status read the latest of it;
-- a count of rows in another table would be as old as the statement's snapshot.
ALTER TABLE volumes ADD COLUMN attachment_states jsonb NOT NULL DEFAULT '{}';

-- What an operation that a request waits for hands back: connection information without an attachment to keep it.
-- Emptied by whoever reads it, because it may hold secrets.
ALTER TABLE operations ADD COLUMN result jsonb;

-- The status of a volume, as its attachments have it. A failed attachment still holds the volume, and one whose
-- removal failed may still be connected, so that neither is as if it were not there.
CREATE OR REPLACE FUNCTION attachments_say(states jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT CASE
    WHEN jsonb_path_exists(states, '$.*.status ? (@ == "attached" || @ == "error_detaching")') THEN 'in-use'
    WHEN jsonb_path_exists(states, '$.*.status ? (@ == "attaching")') THEN 'attaching'
    WHEN jsonb_path_exists(states, '$.*.status ? (@ == "detaching")') THEN 'detaching'
    WHEN states <> '{}' THEN 'reserved'
    ELSE 'available' END
$body$;
