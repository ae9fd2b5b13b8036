// What settling does when something was taken over or given up.
import { snapshotDeltas, volumeDeltas } from '../../schema/quotas.ts';
import { clusterOf, serviceOf } from '../../schema/services.ts';
import type { Effect } from './settle.ts';

const now = ':now::timestamptz';

/** A status that is written only over the busy one: what an admin has reset stays reset. */
const over = (busy: string, status: string) => `CASE WHEN r.status = '${busy}' THEN ${status} ELSE r.status END`;

const failing = (table: 'volumes' | 'snapshots', busy: string) => `resource AS (
  UPDATE ${table} r SET status = ${over(busy, ':fail_status::text')}, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`;

const room = (volumes: string) => `room AS (
  UPDATE pools p SET allocated_gib = greatest(0, p.allocated_gib - v.size_gib) FROM ${volumes} v WHERE p.name = v.host
)`;

/** The answer to a question: nothing of anybody has changed. */
const answered = 'resource AS (SELECT f.resource_id AS id, f.project_id FROM fenced f)';

export const manageDone = {
  'volume.manage': {
    effects: `resource AS (
  UPDATE volumes r SET status = ${over('managing', `'available'`)}, location = :location::text, adopts = NULL,
    launched_at = ${now}, updated_at = ${now}, cluster_name = ${clusterOf('r.host')}, service_uuid = ${serviceOf('r.host')}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`,
    event: 'volume.manage.end',
  },
  'volume.unmanage': {
    effects: `attachments_gone AS (
  DELETE FROM attachments a USING fenced f WHERE a.volume_id = f.resource_id
), resource AS (
  DELETE FROM volumes r USING fenced f WHERE r.id = f.resource_id RETURNING r.*
), ${room('resource')}`,
    deltas: volumeDeltas('resource', -1),
    event: 'volume.unmanage.end',
  },
  'snapshot.manage': {
    effects: `resource AS (
  UPDATE snapshots r SET status = ${over('creating', `'available'`)}, progress = '100%', location = :location::text,
    adopts = NULL, updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
)`,
    event: 'snapshot.manage.end',
  },
  'snapshot.unmanage': {
    effects: `resource AS (
  DELETE FROM snapshots r USING fenced f WHERE r.id = f.resource_id RETURNING r.*
), parent AS (
  UPDATE volumes v SET snapshot_count = v.snapshot_count - 1 FROM resource s WHERE v.id = s.volume_id
)`,
    deltas: snapshotDeltas('resource', -1),
    event: 'snapshot.unmanage.end',
  },
  'service.list_manageable': { effects: answered, event: null, result: ':facts::jsonb' },
} as const satisfies Record<string, Effect>;

export const manageFailed = {
  // It holds nothing: neither quota nor room is taken for what was not taken over.
  'volume.manage': {
    effects: `before AS (
  SELECT v.* FROM volumes v JOIN fenced f ON v.id = f.resource_id
), resource AS (
  UPDATE volumes r SET status = ${over('managing', ':fail_status::text')}, size_gib = 0, consumes_quota = FALSE,
    updated_at = ${now}
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*
), ${room('before')}`,
    deltas: volumeDeltas('before', -1),
    event: 'volume.manage.error',
  },
  'volume.unmanage': { effects: failing('volumes', 'unmanaging'), event: 'volume.unmanage.error' },
  'snapshot.manage': { effects: failing('snapshots', 'creating'), event: 'snapshot.manage.error' },
  'snapshot.unmanage': { effects: failing('snapshots', 'unmanaging'), event: 'snapshot.unmanage.error' },
  'service.list_manageable': { effects: answered, event: null },
} as const satisfies Record<string, Effect>;
