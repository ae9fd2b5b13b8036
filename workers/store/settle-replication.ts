// What settling does for replication: of a back end, and of a group with its members.
import type { Effect } from './settle.ts';

const now = ':now::timestamptz';

const resource = 'resource AS (SELECT f.resource_id AS id, f.project_id FROM fenced f)';

/** The replication status of a group and of all its members, SQL over `f`, the operation; written over the busy one only. */
const group = (busy: string, status: string, more = '') => `resource AS (
  UPDATE groups r SET replication_status = ${status}, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id AND r.replication_status = '${busy}' RETURNING r.*
), members AS (
  UPDATE volumes v SET replication_status = ${status}${more}, updated_at = ${now}
  FROM fenced f WHERE v.group_id = f.resource_id
)`;

const active = `(:facts::jsonb ->> 'active_backend_id')`;

export const replicationDone = {
  // No volume is placed where the copies are served from; a frozen back end stays disabled at home too.
  'service.failover': {
    effects: `${resource}, service AS (
  UPDATE services s SET active_backend_id = ${active}, disabled = ${active} IS NOT NULL OR s.frozen,
    replication_status = CASE WHEN ${active} IS NULL THEN 'enabled' ELSE 'failed-over' END,
    disabled_reason = CASE WHEN ${active} IS NOT NULL THEN 'failed-over' WHEN s.frozen THEN 'frozen' END
  FROM fenced f WHERE s.id = f.resource_id
)`,
    event: null,
  },
  'group.enable_replication': { effects: group('enabling', `'enabled'`), event: 'group.enable_replication.end' },
  'group.disable_replication': { effects: group('disabling', `'disabled'`), event: 'group.disable_replication.end' },
  'group.failover_replication': {
    effects: group(
      'failing-over',
      `CASE WHEN :facts::jsonb ->> 'is_home' = 'true' THEN 'enabled' ELSE 'failed-over' END`,
      `, location = :facts::jsonb -> 'locations' ->> COALESCE(v.name_id, v.id)::text`,
    ),
    event: 'group.failover_replication.end',
  },
} as const satisfies Record<string, Effect>;

export const replicationFailed = {
  'service.failover': {
    effects: `${resource}, service AS (
  UPDATE services s SET replication_status = 'failover-error' FROM fenced f WHERE s.id = f.resource_id
)`,
    event: null,
  },
  'group.enable_replication': { effects: group('enabling', `'error'`), event: 'group.enable_replication.error' },
  'group.disable_replication': { effects: group('disabling', `'error'`), event: 'group.disable_replication.error' },
  'group.failover_replication': {
    effects: group('failing-over', `'failover-error'`),
    event: 'group.failover_replication.error',
  },
} as const satisfies Record<string, Effect>;
