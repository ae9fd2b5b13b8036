-- How far events have been removed: whoever reads on from before that has missed some, and is told so.
CREATE TABLE IF NOT EXISTS events_removed (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  transaction bigint NOT NULL,
  sequence bigint NOT NULL
);
INSERT INTO events_removed (transaction, sequence) VALUES (0, 0) ON CONFLICT DO NOTHING;
