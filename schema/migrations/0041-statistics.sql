-- Statistics of the tables that stay small. Until autovacuum comes by (a minute, or never where it is off) PostgreSQL takes
-- a table that nobody has analysed for one of ten pages: 390 pools, and 115,000 units of work to claim a volume.
-- Tables that grow are left as they are: as ten pages they get plans with indexes, as empty ones they would be read whole.
-- An empty table says nothing of how many rows a page has, so two pools stand in it for a moment.
INSERT INTO pools (name, backend, availability_zone, capabilities, updated_at)
SELECT 'statistics@' || n || '#pool', 'statistics@' || n, 'nova', '{}', now() FROM generate_series(1, 2) n
WHERE NOT EXISTS (SELECT 1 FROM pools);
ANALYZE pools, services, clusters, volume_types, volume_type_access, default_volume_types, volume_type_encryption, qos_specs,
  group_types, quotas, quota_classes, domains, roles, role_implications;
DELETE FROM pools WHERE backend LIKE 'statistics@_';
