-- What processes on one database share and nobody may read there: sealed for `shared:<name>`.
CREATE TABLE IF NOT EXISTS shared_secrets (
  name text PRIMARY KEY,
  sealed text NOT NULL
);
