-- A create and a delete of a volume with metadata spend half of the time that they did on its counters (0.34 ms of a
-- create's 1.0 are 0.14): each does what its direction needs, without the JSON that a change in both directions takes.
--
-- As before, one statement of a project at a time, so that two of them that share several pairs do not wait for each other.
CREATE OR REPLACE FUNCTION volumes_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(8776, x.hash)
  FROM (SELECT DISTINCT hashtext(c.project_id) AS hash FROM come c WHERE c.metadata <> '{}' ORDER BY 1) x;
  IF NOT FOUND THEN RETURN NULL; END IF;
  INSERT INTO volume_metadata_counts AS m (project_id, pair, key, value, in_use)
  SELECT c.project_id, md5(jsonb_build_array(e.key, e.value)::text)::uuid, e.key, e.value, count(*)
  FROM come c CROSS JOIN LATERAL jsonb_each_text(c.metadata) e WHERE NOT is_hidden(c.migration_status)
  GROUP BY c.project_id, e.key, e.value
  ON CONFLICT (project_id, pair) DO UPDATE SET in_use = m.in_use + EXCLUDED.in_use;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION volumes_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ends boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(8776, x.hash)
  FROM (SELECT DISTINCT hashtext(c.project_id) AS hash FROM gone c WHERE c.metadata <> '{}' ORDER BY 1) x;
  IF NOT FOUND THEN RETURN NULL; END IF;
  WITH taken AS (
    UPDATE volume_metadata_counts m SET in_use = m.in_use - d.n FROM (
      SELECT c.project_id, md5(jsonb_build_array(e.key, e.value)::text)::uuid AS pair, count(*) AS n
      FROM gone c CROSS JOIN LATERAL jsonb_each_text(c.metadata) e WHERE NOT is_hidden(c.migration_status)
      GROUP BY c.project_id, e.key, e.value) d
    WHERE m.project_id = d.project_id AND m.pair = d.pair RETURNING m.in_use
  )
  SELECT COALESCE(bool_or(t.in_use <= 0), FALSE) INTO ends FROM taken t;
  IF ends THEN
    DELETE FROM volume_metadata_counts m USING gone c, jsonb_each_text(c.metadata) e
    WHERE m.project_id = c.project_id AND m.pair = md5(jsonb_build_array(e.key, e.value)::text)::uuid AND m.in_use <= 0;
  END IF;
  RETURN NULL;
END $$;
