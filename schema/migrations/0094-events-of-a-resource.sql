-- The transaction under which an event of a resource stands in the log: the caller's own, or that of the newest event of
-- the resource if that is later. A statement has its transaction id before it waits for the row of the resource, so whoever
-- had the row meanwhile may have a later one. VOLATILE, so that it sees what was committed while the statement waited.
-- Nobody has read on to the later one yet: readers stop below the oldest transaction that is open, which is the caller's.
CREATE OR REPLACE FUNCTION event_transaction(resource uuid) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $body$
DECLARE
  own CONSTANT xid8 := pg_current_xact_id();
BEGIN
  -- No later transaction has ended: nothing to look for.
  IF pg_snapshot_xmax(pg_current_snapshot()) <= own THEN
    RETURN own::text::bigint;
  END IF;
  RETURN GREATEST(own::text::bigint, (
    SELECT e.transaction FROM events e WHERE e.resource_id = resource ORDER BY e.transaction DESC LIMIT 1
  ));
END
$body$;
