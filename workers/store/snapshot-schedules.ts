// The SQL of snapshot schedules: which are due, what a run covers, its progress, and what is no longer kept.
import type { Database } from '../../infra/database/port.ts';
import { messageSeconds } from '../../schema/codes.ts';
import { everyProject } from '../../schema/every-project.ts';
import { derivedId } from '../../schema/groups.ts';
import { type Why, whyColumns } from '../../schema/machine.ts';
import { mostCovered } from '../../schema/snapshot-schedules.ts';
import { statement } from '../../schema/statement.ts';
import { isRunning } from '../../schema/statements/snapshot-schedule-runs.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { leaseSeconds } from './claim.ts';

const now = ':now::timestamptz';
const iso = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The most schedules in one answer. */
export const mostDue = 50;

export interface DueSchedule {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly cron: string;
  readonly timezone: string;
  readonly due: string;
}

const dueText = statement(
  'snapshot-schedules.due',
  `SELECT r.id::text AS id, r.project_id, r.user_id, r.cron, r.timezone, ${iso('r.next_run_at')} AS due
FROM snapshot_schedules r
WHERE ${everyProject('r.project_id')} AND r.next_run_at <= ${now} AND NOT ${isRunning}
ORDER BY r.next_run_at, r.id LIMIT ${mostDue}`,
);

/** The schedules of every project that are due and not running, the longest overdue first. */
export function dueSchedules(database: Database, at: string): Promise<DueSchedule[]> {
  return dueText.all<DueSchedule>(database, { now: at });
}

/** The snapshot that a run takes of a volume has the same id in every try. */
const takenId = (volume: string) => derivedId(':operation_id::uuid::text', `${volume}::text`);

export interface CoveredVolume {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly snapshot_id: string;
  readonly is_taken: boolean;
}

// The volume with the oldest snapshot comes first, so that a used-up quota does not always leave out the same ones.
const coveredText = statement(
  'snapshot-schedules.covered',
  `SELECT v.id::text AS id, v.name, v.status, ${takenId('v.id')}::text AS snapshot_id,
  EXISTS (SELECT 1 FROM snapshots t WHERE t.id = ${takenId('v.id')}) AS is_taken
FROM snapshot_schedules r JOIN volumes v ON v.project_id = r.project_id AND (
  jsonb_exists(r.volume_ids, v.id::text) OR v.volume_type_id = r.volume_type_id OR v.metadata @> r.volume_metadata)
WHERE r.id = :id::uuid
ORDER BY (SELECT max(n.created_at) FROM snapshots n WHERE n.schedule_id = r.id AND n.volume_id = v.id) NULLS FIRST, v.id
LIMIT ${mostCovered + 1}`,
);

/** The volumes that a schedule covers now, one more than a run handles. */
export function coveredVolumes(database: Database, id: string, operation_id: string): Promise<CoveredVolume[]> {
  return coveredText.all<CoveredVolume>(database, { id, operation_id });
}

const whyText = statement(
  'snapshot-schedules.why-not',
  `SELECT ${whyColumns(volumeMachine, 'snapshot_in_use')} FROM volumes r WHERE r.id = :id::uuid`,
);

/** Why a volume could not get a snapshot; null when it is gone. */
export async function whyNotTaken(database: Database, id: string): Promise<Why | null> {
  const [row] = await whyText.all<Why>(database, { id });
  return row ?? null;
}

const awaitText = statement(
  'snapshot-schedules.await',
  `UPDATE operations o SET status = 'queued', step = 'retain', tries = 0, updated_at = ${now},
  lease_until = ${now} + make_interval(secs => :delay_seconds::int), arguments = o.arguments || :more::jsonb
WHERE o.id = :operation_id::uuid AND o.attempt = :attempt::int AND o.status = 'running'
RETURNING o.id::text AS id`,
);

/** Releases the run until its snapshots have been taken. False: the lease was lost. */
export async function awaitSnapshots(
  database: Database,
  waiting: { operation_id: string; attempt: number; more: string; delay_seconds: number; now: string },
): Promise<boolean> {
  return (await awaitText.all(database, waiting)).length > 0;
}

const progressText = statement(
  'snapshot-schedules.progress',
  `WITH mine AS (
  UPDATE operations o SET lease_until = ${now} + make_interval(secs => ${leaseSeconds})
  WHERE o.id = :operation_id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.id
)
SELECT (SELECT count(*) FROM mine)::int AS mine, count(*)::int AS taken,
  (count(*) FILTER (WHERE t.status = 'creating'))::int AS creating,
  (count(*) FILTER (WHERE t.status = 'error'))::int AS failed
FROM snapshots t WHERE t.schedule_id = :id::uuid AND t.id = ${takenId('t.volume_id')}`,
);

export interface RunProgress {
  /** 0: the lease was lost. */
  readonly mine: number;
  readonly taken: number;
  readonly creating: number;
  readonly failed: number;
}

/** How many snapshots a run has taken, and their states. Extends its lease. */
export async function progressOf(
  database: Database,
  run: { id: string; operation_id: string; attempt: number; now: string },
): Promise<RunProgress> {
  const [row] = await progressText.all<RunProgress>(database, run);
  return row ?? { mine: 0, taken: 0, creating: 0, failed: 0 };
}

/** The most snapshots that one run removes; the rest is left to the next. */
const mostRemoved = 1_000;

// Only complete snapshots count, so a failed one never displaces a good one. The age limit spares the newest.
const surplusText = statement(
  'snapshot-schedules.surplus',
  `SELECT x.id::text AS id FROM (
  SELECT t.id, t.status, t.created_at, row_number() OVER (PARTITION BY t.volume_id, t.status IN ('available', 'backing-up', 'restoring')
    ORDER BY t.created_at DESC, t.id DESC) AS place
  FROM snapshots t WHERE t.schedule_id = :id::uuid AND t.project_id = :project::text
) x, snapshot_schedules r
WHERE r.id = :id::uuid AND (x.status = 'error' OR (x.status = 'available' AND x.place > 1
  AND (x.place > r.keep_count OR x.created_at < ${now} - make_interval(days => r.keep_days))))
ORDER BY x.created_at, x.id LIMIT ${mostRemoved}`,
);

/** The snapshots that a schedule's rules do not keep, the oldest first. */
export async function surplusSnapshots(
  database: Database,
  of: { id: string; project: string; now: string },
): Promise<readonly string[]> {
  return (await surplusText.all<{ id: string }>(database, of)).map(({ id }) => id);
}

const recordText = statement(
  'snapshot-schedules.record',
  `UPDATE snapshot_schedules r SET last_taken = :taken::int, last_removed = :removed::int
FROM operations o WHERE r.id = o.resource_id
  AND o.id = :operation_id::uuid AND o.attempt = :attempt::int AND o.status = 'running'`,
);

/** Stores what a run has done, before it ends. */
export async function recordRun(
  database: Database,
  run: { operation_id: string; attempt: number; taken: number; removed: number },
): Promise<void> {
  await recordText.all(database, run);
}

const tellText = statement(
  'snapshot-schedules.tell',
  `INSERT INTO messages (id, project_id, request_id, resource_type, resource_uuid, action_id, detail_id, event_id, created_at,
  expires_at)
SELECT :message_id::uuid, o.project_id, o.request_id, :resource::text, :volume_id::uuid, :action_id::text, :detail_id::text,
  :event_id::text, ${now}, ${now} + make_interval(secs => ${messageSeconds as number})
FROM operations o WHERE o.id = :operation_id::uuid`,
);

/** A user message about a volume that could not get a snapshot. */
export async function tellOfVolume(
  database: Database,
  message: {
    message_id: string;
    operation_id: string;
    volume_id: string;
    resource: string;
    action_id: string;
    detail_id: string;
    event_id: string;
    now: string;
  },
): Promise<void> {
  await tellText.all(database, message);
}
