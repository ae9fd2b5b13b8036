-- Clusters: volume services that are named, disabled, frozen and failed over together.

-- Made by the first report of a service that belongs to it. How many hosts it has, whether they are up, and what they say
-- of replication is read off `services`.
CREATE TABLE clusters (
  -- cluster@backend
  name text NOT NULL,
  "binary" text NOT NULL,
  disabled boolean NOT NULL DEFAULT false,
  disabled_reason text,
  created_at timestamptz NOT NULL,
  -- When it was last enabled or disabled.
  updated_at timestamptz,
  PRIMARY KEY (name, "binary")
);
CREATE INDEX services_of_cluster ON services (cluster_name, "binary") WHERE cluster_name IS NOT NULL;
