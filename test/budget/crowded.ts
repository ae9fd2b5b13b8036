// Rows for tests of plans: one project has nearly everything, another 20 of each, and all others nothing.
import { sql } from '../../infra/database/port.ts';
import { projects } from '../harness/people.ts';

const type = '00000000-0000-4000-8000-000000000001';
const groupType = '00000000-0000-4000-8000-000000000011';
const project = `CASE n % 250 WHEN 7 THEN '${projects.other}' ELSE '${projects.own}' END`;
const at = `'2026-01-01T00:00:00Z'::timestamptz + make_interval(secs => n)`;
const status = `CASE n % 20 WHEN 0 THEN 'error' ELSE 'available' END`;
const name = `CASE n % 3 WHEN 0 THEN NULL ELSE 'name-' || n END`;
const rows = 'FROM generate_series(1, 5000) n';

const texts: Readonly<Record<string, string>> = {
  volumes: `(id, project_id, user_id, name, size_gib, status, host, volume_type_id, metadata, created_at)
    SELECT md5('v' || n)::uuid, ${project}, 'u', ${name}, 1 + n % 50, ${status}, 'h@b#p', '${type}',
    jsonb_build_object('n', (n / 50)::text), ${at}`,
  snapshots: `(id, project_id, user_id, volume_id, name, size_gib, status, metadata, created_at)
    SELECT md5('s' || n)::uuid, ${project}, 'u', md5('v' || n)::uuid, ${name}, 1, ${status},
    jsonb_build_object('n', (n / 50)::text), ${at}`,
  backups: `(id, project_id, user_id, volume_id, name, size_gib, status, host, data_timestamp, created_at)
    SELECT md5('b' || n)::uuid, ${project}, 'u', md5('v' || n)::uuid, ${name}, 1, ${status}, 'h', ${at}, ${at}`,
  attachments: `(id, volume_id, project_id, attach_status, created_at)
    SELECT md5('a' || n)::uuid, md5('v' || n)::uuid, ${project}, 'reserved', ${at}`,
  messages: `(id, project_id, resource_type, resource_uuid, action_id, detail_id, event_id, created_at, expires_at)
    SELECT md5('m' || n)::uuid, ${project}, 'VOLUME', md5('v' || n)::uuid, '001', '001', 'VOLUME_VOLUME_001_001', ${at},
    '2099-01-01T00:00:00Z'`,
  groups: `(id, project_id, user_id, name, status, group_type_id, created_at)
    SELECT md5('g' || n)::uuid, ${project}, 'u', ${name}, ${status}, '${groupType}', ${at}`,
  group_snapshots: `(id, project_id, user_id, group_id, group_type_id, name, status, created_at)
    SELECT md5('gs' || n)::uuid, ${project}, 'u', md5('g' || n)::uuid, '${groupType}', ${name}, ${status}, ${at}`,
  transfers: `(id, volume_id, name, salt, crypt_hash, source_project_id, created_at)
    SELECT md5('t' || n)::uuid, md5('v' || n)::uuid, ${name}, 's', 'h', ${project}, ${at}`,
};

export const crowded = Object.entries(texts).map(([table, text]) =>
  sql(`test.crowd-${table}`, `INSERT INTO ${table} ${text} ${rows}`),
);
