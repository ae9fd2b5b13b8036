-- Who is told of events. A subscription has its own place in the log: every event up to (transaction, sequence) that it
-- asks for was delivered, or has a row in `deliveries`.
CREATE TABLE IF NOT EXISTS subscriptions (
  id uuid PRIMARY KEY,
  project_id text NOT NULL,
  user_id text NOT NULL,
  -- Whether it is told of every project's events: an admin's.
  all_projects boolean NOT NULL DEFAULT false,
  description text,
  protocol text NOT NULL DEFAULT 'webhook',
  url text NOT NULL,
  -- Types of events, with * for any characters: a JSON array of texts.
  types jsonb NOT NULL,
  resource_type text,
  resource_id uuid,
  state text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'paused', 'disabled')),
  reason text,
  -- Sealed; the former one signs too until then.
  secret text NOT NULL,
  former_secret text,
  former_until timestamptz,
  transaction bigint NOT NULL,
  sequence bigint NOT NULL,
  -- Attempts that have failed since one was successful, and until when nothing is tried after them.
  failures int NOT NULL DEFAULT 0,
  retry_at timestamptz,
  -- Who delivers. The fence goes up whenever it may be somebody else, or what is delivered has changed: whoever has
  -- another one writes nothing.
  dispatcher uuid,
  fence bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz
);
CREATE INDEX IF NOT EXISTS subscriptions_of_project ON subscriptions (project_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS subscriptions_by_age ON subscriptions (created_at DESC, id DESC) WHERE length(project_id) >= 0;

-- Processes that deliver, while they live.
CREATE TABLE IF NOT EXISTS dispatchers (
  id uuid PRIMARY KEY,
  until timestamptz NOT NULL
);

-- One row for each event and subscription: what is still to be delivered after it has failed, what waits behind it
-- because it is of the same resource, and what has ended. Without a foreign key, so that a subscription goes at once.
CREATE TABLE IF NOT EXISTS deliveries (
  id uuid PRIMARY KEY,
  subscription_id uuid NOT NULL,
  project_id text NOT NULL,
  -- `test` is of no event.
  kind text NOT NULL DEFAULT 'event' CHECK (kind IN ('event', 'redelivery', 'test')),
  transaction bigint NOT NULL,
  sequence bigint NOT NULL,
  event_type text NOT NULL,
  resource_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('waiting', 'delivered', 'failed')),
  attempts int NOT NULL DEFAULT 0,
  first_attempt_at timestamptz,
  -- Null while it waits behind another one of its resource.
  next_attempt_at timestamptz,
  answered_status int,
  answer text,
  error text,
  latency_ms int,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_of_subscription ON deliveries (subscription_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (subscription_id, transaction, sequence, resource_id)
  WHERE status = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_old ON deliveries (updated_at) WHERE status <> 'waiting';
