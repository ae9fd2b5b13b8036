-- What several processes count together: rates of requests, and wrong passwords.

-- When the next request of a key would be due if none had come early, in milliseconds since 1970 (GCRA). A row whose
-- time is over says the same as none.
CREATE TABLE rate_counters (
  key text PRIMARY KEY,
  due double precision NOT NULL
);
CREATE INDEX rate_counters_over ON rate_counters (due);

-- Accounts by the SHA-256 of their name: people type passwords where names belong.
CREATE TABLE password_guesses (
  account text PRIMARY KEY,
  count int NOT NULL,
  since timestamptz NOT NULL,
  closed_until timestamptz,
  -- From then on the row says the same as none.
  over_at timestamptz NOT NULL
);
CREATE INDEX password_guesses_over ON password_guesses (over_at);
