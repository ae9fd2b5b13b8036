-- How many volumes of a project have a key with a value: what the summary names, without reading the volumes (1,000,000 of them
-- took 400 ms). Changed in the statement that changes the volumes, whichever it is. Hidden volumes do not count.
CREATE TABLE IF NOT EXISTS volume_metadata_counts (
  project_id text NOT NULL,
  -- A digest of key and value: together they may be longer than an index takes.
  pair uuid NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  in_use bigint NOT NULL,
  PRIMARY KEY (project_id, pair)
);

-- Adds changes given as [{"p": project, "m": metadata, "n": 1 or -1}]. One statement of a project at a time, so that two of
-- them that share several pairs do not wait for each other.
CREATE OR REPLACE FUNCTION add_volume_metadata(changes jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(8776, x.hash)
  FROM (SELECT DISTINCT hashtext(c->>'p') AS hash FROM jsonb_array_elements(changes) c ORDER BY 1) x;
  WITH delta AS (
    SELECT c->>'p' AS project_id, e.key, e.value, sum((c->>'n')::bigint) AS n
    FROM jsonb_array_elements(changes) c CROSS JOIN LATERAL jsonb_each_text(c->'m') e GROUP BY 1, 2, 3
  ), added AS (
    INSERT INTO volume_metadata_counts AS m (project_id, pair, key, value, in_use)
    SELECT d.project_id, md5(jsonb_build_array(d.key, d.value)::text)::uuid, d.key, d.value, d.n FROM delta d WHERE d.n > 0
    ON CONFLICT (project_id, pair) DO UPDATE SET in_use = m.in_use + EXCLUDED.in_use
  ), ended AS (
    DELETE FROM volume_metadata_counts m USING delta d
    WHERE m.project_id = d.project_id AND m.pair = md5(jsonb_build_array(d.key, d.value)::text)::uuid AND m.in_use + d.n <= 0
  )
  UPDATE volume_metadata_counts m SET in_use = m.in_use + d.n FROM delta d
  WHERE d.n < 0 AND m.project_id = d.project_id AND m.pair = md5(jsonb_build_array(d.key, d.value)::text)::uuid
    AND m.in_use + d.n > 0;
END $$;

CREATE OR REPLACE FUNCTION is_hidden(migration_status text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
  $$ SELECT COALESCE(migration_status LIKE 'target:%', false) $$;

-- What many volumes have in common is added up first: a counter that is written twice in a statement is slow to find.
CREATE OR REPLACE FUNCTION volumes_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_volume_metadata(x.changes) FROM (
    SELECT jsonb_agg(jsonb_build_object('p', g.project_id, 'm', g.metadata, 'n', g.n)) AS changes FROM (
      SELECT c.project_id, c.metadata, count(*) AS n FROM come c
      WHERE c.metadata <> '{}' AND NOT is_hidden(c.migration_status) GROUP BY 1, 2) g) x
  WHERE x.changes IS NOT NULL;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION volumes_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_volume_metadata(x.changes) FROM (
    SELECT jsonb_agg(jsonb_build_object('p', g.project_id, 'm', g.metadata, 'n', -g.n)) AS changes FROM (
      SELECT c.project_id, c.metadata, count(*) AS n FROM gone c
      WHERE c.metadata <> '{}' AND NOT is_hidden(c.migration_status) GROUP BY 1, 2) g) x
  WHERE x.changes IS NOT NULL;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION volume_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_volume_metadata(jsonb_build_array(
    jsonb_build_object('p', OLD.project_id, 'm', OLD.metadata, 'n', CASE WHEN is_hidden(OLD.migration_status) THEN 0 ELSE -1 END),
    jsonb_build_object('p', NEW.project_id, 'm', NEW.metadata, 'n', CASE WHEN is_hidden(NEW.migration_status) THEN 0 ELSE 1 END)));
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER volumes_come AFTER INSERT ON volumes REFERENCING NEW TABLE AS come
  FOR EACH STATEMENT EXECUTE FUNCTION volumes_come();
CREATE OR REPLACE TRIGGER volumes_go AFTER DELETE ON volumes REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION volumes_go();
CREATE OR REPLACE TRIGGER volume_changes AFTER UPDATE OF metadata, project_id, migration_status ON volumes FOR EACH ROW
  WHEN (OLD.metadata IS DISTINCT FROM NEW.metadata OR OLD.project_id <> NEW.project_id
    OR is_hidden(OLD.migration_status) <> is_hidden(NEW.migration_status))
  EXECUTE FUNCTION volume_changes();

DELETE FROM volume_metadata_counts;
INSERT INTO volume_metadata_counts (project_id, pair, key, value, in_use)
SELECT v.project_id, md5(jsonb_build_array(e.key, e.value)::text)::uuid, e.key, e.value, count(*)
FROM volumes v CROSS JOIN LATERAL jsonb_each_text(v.metadata) e WHERE NOT is_hidden(v.migration_status) GROUP BY 1, 2, 3, 4;

-- What no quota counts, to be added to the counter where a list says how many there are.
CREATE INDEX IF NOT EXISTS volumes_of_no_quota ON volumes (project_id) WHERE NOT consumes_quota;
CREATE INDEX IF NOT EXISTS snapshots_of_no_quota ON snapshots (project_id) WHERE NOT consumes_quota;
