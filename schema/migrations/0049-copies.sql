-- What a piece of work reads from: the volume, snapshot or backup that it copies.
ALTER TABLE operations ADD COLUMN IF NOT EXISTS reads uuid;

-- How many copies are being made from it, queued or running: on the row itself, so that a new copy and a deletion cannot
-- pass each other.
ALTER TABLE volumes ADD COLUMN IF NOT EXISTS copies int NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN IF NOT EXISTS copies int NOT NULL DEFAULT 0;
ALTER TABLE backups ADD COLUMN IF NOT EXISTS copies int NOT NULL DEFAULT 0;

-- By triggers, because work ends in many ways and none of them may forget it.
CREATE OR REPLACE FUNCTION count_copies() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  source uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.reads ELSE NEW.reads END;
  delta int := CASE WHEN TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.status IN ('queued', 'running')) THEN 1 ELSE -1 END;
BEGIN
  UPDATE volumes SET copies = greatest(0, copies + delta) WHERE id = source;
  IF FOUND THEN RETURN NULL; END IF;
  UPDATE snapshots SET copies = greatest(0, copies + delta) WHERE id = source;
  IF FOUND THEN RETURN NULL; END IF;
  UPDATE backups SET copies = greatest(0, copies + delta) WHERE id = source;
  RETURN NULL;
END
$body$;
CREATE OR REPLACE TRIGGER operations_copies_begin AFTER INSERT ON operations
  FOR EACH ROW WHEN (NEW.reads IS NOT NULL AND NEW.status IN ('queued', 'running')) EXECUTE FUNCTION count_copies();
CREATE OR REPLACE TRIGGER operations_copies_end AFTER UPDATE OF status ON operations
  FOR EACH ROW WHEN (NEW.reads IS NOT NULL
    AND (OLD.status IN ('queued', 'running')) IS DISTINCT FROM (NEW.status IN ('queued', 'running')))
  EXECUTE FUNCTION count_copies();
CREATE OR REPLACE TRIGGER operations_copies_gone AFTER DELETE ON operations
  FOR EACH ROW WHEN (OLD.reads IS NOT NULL AND OLD.status IN ('queued', 'running')) EXECUTE FUNCTION count_copies();

-- The copies that are under way while this runs.
UPDATE operations o SET reads = COALESCE(v.snapshot_id, v.source_volid, (o.arguments ->> 'backup_id')::uuid)
FROM volumes v WHERE v.id = o.resource_id AND o.kind = 'volume.create' AND o.status IN ('queued', 'running') AND o.reads IS NULL;
UPDATE operations o SET reads = CASE o.kind WHEN 'volume.upload' THEN o.resource_id
    WHEN 'backup.restore' THEN o.resource_id
    ELSE COALESCE((o.arguments ->> 'snapshot_id')::uuid, (o.arguments ->> 'volume_id')::uuid) END
WHERE o.kind IN ('volume.upload', 'backup.restore', 'backup.create') AND o.status IN ('queued', 'running') AND o.reads IS NULL;
UPDATE volumes r SET copies = c.n FROM (SELECT reads, count(*)::int AS n FROM operations
  WHERE status IN ('queued', 'running') AND reads IS NOT NULL GROUP BY reads) c WHERE c.reads = r.id;
UPDATE snapshots r SET copies = c.n FROM (SELECT reads, count(*)::int AS n FROM operations
  WHERE status IN ('queued', 'running') AND reads IS NOT NULL GROUP BY reads) c WHERE c.reads = r.id;
UPDATE backups r SET copies = c.n FROM (SELECT reads, count(*)::int AS n FROM operations
  WHERE status IN ('queued', 'running') AND reads IS NOT NULL GROUP BY reads) c WHERE c.reads = r.id;
