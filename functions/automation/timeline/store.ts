// The SQL of a timeline: what was asked of one resource, what happened to it and what its users were told, by time.
import type { Database } from '../../../infra/database/port.ts';
import { inScopeOf, utc } from '../../../schema/expressions.ts';
import { quickQueueOf, schedulerQueue } from '../../../schema/operations.ts';
import { isUp } from '../../../schema/services.ts';
import { statement } from '../../../schema/statement.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';

/** One entry. What does not belong to its type is null. */
export interface EntryRow {
  readonly at: string;
  readonly type: 'operation' | 'try' | 'event' | 'message';
  readonly id: string;
  /** The order of what has the same time, with `id`. */
  readonly rank: number;
  /** The kind of an operation, the type of an event; of a message its codes: `001 003`. */
  readonly what: string;
  /** Of an operation as it is now; of the resource as the event tells it. */
  readonly status: string | null;
  readonly user_id: string | null;
  readonly request_id: string | null;
  readonly operation_id: string | null;
  readonly cause: string | null;
  readonly step: string | null;
  readonly attempt: number | null;
  readonly deadline: string | null;
  readonly ended_at: string | null;
  readonly host: string | null;
  readonly explanation: string | null;
  /** Of a queued operation: the one that has the resource. */
  readonly behind: string | null;
  /** Of an operation that has not ended: whether who does its step is up, and when it was last heard of. */
  readonly is_up: boolean | null;
  readonly heard_at: string | null;
}

/** Where a page begins: after an entry, or at the end that the order begins with. */
export interface Place {
  readonly at: string | null;
  readonly rank: number;
  readonly id: string;
}

export type Order = 'oldest' | 'newest';

const isOfType = (row: string) => `(:type::text IS NULL OR ${row}.resource_type = :type::text)`;

/** Who does the step of an open operation: the newest report of its back end, or of any scheduler. */
const doer = `LEFT JOIN LATERAL (
    SELECT max(s.updated_at) AS updated_at FROM services s WHERE o.status IN ('queued', 'running') AND
      CASE WHEN o.queue = '${schedulerQueue}' THEN s."binary" = 'cinder-scheduler'
      ELSE s."binary" = 'cinder-volume' AND 'volume:' || s.host = ${quickQueueOf('o.queue')} END
  ) s ON TRUE`;

// A server of Nova's is told of a volume by an operation that bears the volume's id.
const mine = `o.resource_id = :resource::uuid AND ${inScopeOf('o')}
  AND (${isOfType('o')} OR o.resource_type = 'server')`;

const entries = `
  SELECT o.created_at AS at, 'operation' AS type, o.id::text AS id, 0 AS rank, o.kind AS what, o.status, o.user_id, o.request_id,
    o.id::text AS operation_id, o.cause, o.step, o.attempt, ${utc('o.deadline')} AS deadline,
    CASE WHEN o.status IN ('done', 'failed') THEN ${utc('o.updated_at')} END AS ended_at,
    NULLIF(split_part(${quickQueueOf('o.queue')}, ':', 2), '') AS host, o.explanation::text AS explanation,
    CASE WHEN o.status = 'queued' THEN (SELECT b.kind || ' ' || b.id FROM operations b
      WHERE b.resource_id = o.resource_id AND b.status = 'running' LIMIT 1) END AS behind,
    ${isUp('s')} AS is_up, ${utc('s.updated_at')} AS heard_at
  FROM operations o ${doer} WHERE ${mine}
UNION ALL
  SELECT (t.tried ->> 'at')::timestamptz, 'try', o.id || '-' || lpad(t.tried ->> 'attempt', 9, '0'), 1, o.kind, NULL, o.user_id, o.request_id,
    o.id::text, t.tried ->> 'cause', NULL, (t.tried ->> 'attempt')::int, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM operations o CROSS JOIN LATERAL jsonb_array_elements(o.tried) t (tried) WHERE ${mine}
UNION ALL
  SELECT e.at, 'event', lpad(e.sequence::text, 20, '0'), 2, e.type, e.data ->> 'status', o.user_id, e.request_id,
    o.id::text, e.data ->> 'cause', NULL, NULL, NULL, NULL, e.data ->> 'host', NULL, NULL, NULL, NULL
  FROM events e LEFT JOIN LATERAL (SELECT o.id, o.user_id FROM operations o
    WHERE o.resource_id = e.resource_id AND o.request_id = e.request_id ORDER BY o.created_at, o.id LIMIT 1) o ON TRUE
  WHERE e.resource_id = :resource::uuid AND ${inScopeOf('e')} AND ${isOfType('e')}
UNION ALL
  SELECT m.created_at, 'message', m.id::text, 3, m.action_id || ' ' || m.detail_id, NULL, o.user_id, m.request_id,
    o.id::text, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM messages m LEFT JOIN LATERAL (SELECT o.id, o.user_id FROM operations o
    WHERE o.resource_id = m.resource_uuid AND o.request_id = m.request_id ORDER BY o.created_at, o.id LIMIT 1) o ON TRUE
  WHERE m.resource_uuid = :resource::uuid AND ${inScopeOf('m')} AND m.expires_at > :now::timestamptz
    AND (:type::text IS NULL OR m.resource_type = :message_type::text)` as const;

const isOf = `${inScopeOf('r')} AND (:type::text IS NULL OR :type::text =` as const;

const subjectFrom = (type: string, table: string) =>
  `SELECT 0 AS rank, '${type}' AS type, r.name, r.status, r.project_id FROM ${table} r
  WHERE r.id = :resource::uuid AND ${isOf} '${type}')` as const;

/** The resource as it is; when it is gone, what its last event says of it. */
const subject = `SELECT * FROM (
  ${subjectFrom('volume', 'volumes')}
  UNION ALL ${subjectFrom('snapshot', 'snapshots')}
  UNION ALL ${subjectFrom('backup', 'backups')}
  UNION ALL ${subjectFrom('group', 'groups')}
  UNION ALL ${subjectFrom('group_snapshot', 'group_snapshots')}
  UNION ALL (SELECT 1, r.resource_type, COALESCE(r.data ->> 'display_name', r.data ->> 'name'), 'deleted', r.project_id
    FROM events r WHERE r.resource_id = :resource::uuid AND ${isOf} r.resource_type)
    ORDER BY r.transaction DESC, r.sequence DESC LIMIT 1)
  ) found ORDER BY rank LIMIT 1` as const;

/** The ids are compared as they are written, whatever the language of the database. */
const key = '(x.at, x.rank, x.id COLLATE "C")';

const pageText = (order: Order) => {
  const direction = order === 'oldest' ? 'ASC' : 'DESC';
  const by = `x.at ${direction}, x.rank ${direction}, x.id COLLATE "C" ${direction}` as const;
  return statement(
    `timeline.${order}`,
    `SELECT ${utc('x.at')} AS at, x.type, x.id, x.rank, x.what, x.status, x.user_id, x.request_id, x.operation_id, x.cause, x.step,
  x.attempt, x.deadline, x.ended_at, x.host, x.explanation, x.behind, x.is_up, x.heard_at,
  s.type AS subject_type, s.name AS subject_name, s.status AS subject_status, s.project_id AS subject_project_id
FROM (SELECT 1) one LEFT JOIN LATERAL (${subject}) s ON TRUE LEFT JOIN LATERAL (SELECT * FROM (${entries}
) x
WHERE :at::timestamptz IS NULL
  OR ${key} ${order === 'oldest' ? '>' : '<'} (:at::timestamptz, :rank::int, :id::text COLLATE "C")
ORDER BY ${by} LIMIT :limit::int) x ON TRUE ORDER BY ${by}`,
  );
};

const pageTexts = { oldest: pageText('oldest'), newest: pageText('newest') } as const;

export interface Asked {
  /** The id of the resource. */
  readonly resource: string;
  /** `volume`, `snapshot` …; null: whatever it is. */
  readonly type: string | null;
  /** The type as messages have it. */
  readonly message_type: string | null;
  readonly limit: number;
  readonly now: string;
}

/** The resource as it is now; `deleted` when only its events are left, and null when not even those are. */
interface SubjectColumns {
  readonly subject_type: string | null;
  readonly subject_name: string | null;
  readonly subject_status: string | null;
  readonly subject_project_id: string | null;
}

export interface TimelinePage {
  readonly subject: SubjectColumns | null;
  readonly rows: readonly EntryRow[];
}

/** The entries after a place, at most `limit`, in the order that is asked for; and the resource. */
export async function readTimeline(
  database: Database,
  scope: Scope,
  order: Order,
  after: Place,
  asked: Asked,
): Promise<TimelinePage> {
  const given = { ...asked, ...after, ...scopeParameter(scope) };
  const rows = await pageTexts[order].all<SubjectColumns & (EntryRow | { at: null })>(database, given);
  const [first] = rows;
  return {
    subject: first === undefined || first.subject_type === null ? null : first,
    rows: rows.filter((row): row is SubjectColumns & EntryRow => row.at !== null),
  };
}
