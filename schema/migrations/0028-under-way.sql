-- What several processes have under way at once, by key: each tells its own, and reads the others'.

-- A process that has crashed leaves rows whose time is soon over; such a row says the same as none.
CREATE TABLE under_way_counters (
  process uuid NOT NULL,
  key text NOT NULL,
  count int NOT NULL,
  -- In milliseconds since 1970.
  until double precision NOT NULL,
  PRIMARY KEY (process, key)
);
CREATE INDEX under_way_counters_over ON under_way_counters (until);
