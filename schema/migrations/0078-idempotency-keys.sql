-- Requests that a client may send again: the key, and what the handler was told, so that a repetition gets the same answer.
-- Written in the statement that changes the state, so that there is never one without the other.
CREATE TABLE IF NOT EXISTS idempotency_keys (
  project_id text NOT NULL,
  key text NOT NULL,
  -- SHA-256 of who asked, method, path, microversion and body.
  request text NOT NULL,
  -- What the handler was told before it wrote, sealed: it may be the key of a transfer.
  told text NOT NULL,
  -- The rows that the writing statement returned.
  rows jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT idempotency_keys_once PRIMARY KEY (project_id, key)
);
CREATE INDEX IF NOT EXISTS idempotency_keys_by_age ON idempotency_keys (created_at);
