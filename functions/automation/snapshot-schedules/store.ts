// The SQL of snapshot schedules as their owners see and change them.
import type { Database } from '../../../infra/database/port.ts';
import { recordEvent } from '../../../schema/events.ts';
import { inScope, utc } from '../../../schema/expressions.ts';
import { countQuota } from '../../../schema/quotas.ts';
import type { SnapshotScheduleRow } from '../../../schema/snapshot-schedules.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { beginRun } from '../../../schema/statements/snapshot-schedule-runs.ts';
import type { ListQuery } from '../../http/list.ts';
import { type Page, readPage } from '../../http/pagination.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';
import { scheduleList } from './query.ts';

export interface ScheduleRow extends SnapshotScheduleRow {
  /** The run that has not ended; null: there is none. */
  readonly running_operation_id: string | null;
}

const times = ['next_run_at', 'last_run_at', 'last_ended_at', 'created_at', 'updated_at'] as const;
const columns = `r.id::text AS id, r.project_id, r.user_id, r.name, r.description, r.cron, r.timezone,
  r.volume_ids::text AS volume_ids, r.volume_type_id::text AS volume_type_id, r.volume_metadata::text AS volume_metadata,
  r.keep_count, r.keep_days, r.name_template, r.enabled, r.last_taken, r.last_removed, r.last_error,
  ${times.map((name) => `${utc(`r.${name}`)} AS ${name}`).join(', ')},
  (SELECT o.id::text FROM operations o WHERE o.resource_id = r.id AND o.kind = 'snapshot_schedule.run'
    AND o.status IN ('queued', 'running') LIMIT 1) AS running_operation_id` as const;

const mine = `r.id = :id::uuid AND ${inScope}` as const;

const showText = statement('snapshot-schedules.show', `SELECT ${columns} FROM snapshot_schedules r WHERE ${mine}`);

/** The schedule, or null when it is not within the scope. */
export async function findSchedule(database: Database, scope: Scope, id: string): Promise<ScheduleRow | null> {
  const [row] = await showText.all<ScheduleRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

export function listSchedules(database: Database, query: ListQuery, scope: Scope): Promise<Page<ScheduleRow>> {
  return readPage(
    database,
    { name: 'snapshot-schedules.list', columns, from: 'snapshot_schedules r' },
    scheduleList,
    query,
    scope,
  );
}

const absentVolume = <const Project extends string>(project: Project) =>
  `(SELECT min(a.id) FROM jsonb_array_elements_text(COALESCE(:volume_ids::jsonb, '[]')) a (id)
    WHERE NOT EXISTS (SELECT 1 FROM volumes v WHERE v.id = a.id::uuid AND v.project_id = ${project})) AS absent_volume` as const;
const hasType = <const Project extends string>(project: Project) =>
  `(:volume_type_id::uuid IS NULL OR EXISTS (SELECT 1 FROM volume_types t WHERE t.id = :volume_type_id::uuid AND (t.is_public
    OR EXISTS (SELECT 1 FROM volume_type_access a WHERE a.volume_type_id = t.id AND a.project_id = ${project})))) AS has_type` as const;

/** What of a new cover the project does not have: the id of a volume, and whether there is such a type for it. */
export interface CoverCheck {
  readonly absent_volume: string | null;
  readonly has_type: boolean;
}

const coverText = statement(
  'snapshot-schedules.cover',
  `SELECT ${absentVolume(':project::text')}, ${hasType(':project::text')}`,
);

export async function checkCover(database: Database, cover: ParametersOf<typeof coverText>): Promise<CoverCheck> {
  const [row] = await coverText.all<CoverCheck>(database, cover);
  return row ?? { absent_volume: null, has_type: false };
}

const checkedText = statement(
  'snapshot-schedules.checked',
  `SELECT ${columns}, ${absentVolume('r.project_id')}, ${hasType('r.project_id')} FROM snapshot_schedules r WHERE ${mine}`,
);

/** The schedule and the check of a new cover for it; null when there is none. */
export async function findChecked(
  database: Database,
  scope: Scope,
  asked: Omit<ParametersOf<typeof checkedText>, 'scope'>,
): Promise<(ScheduleRow & CoverCheck) | null> {
  const [row] = await checkedText.all<ScheduleRow & CoverCheck>(database, { ...asked, ...scopeParameter(scope) });
  return row ?? null;
}

const deltas = (from: string, sign: number) =>
  `SELECT s.project_id, 'snapshot_schedules' AS resource, '' AS type_id, ${sign} AS delta FROM ${from} s` as const;

const createText = statement(
  'snapshot-schedules.create',
  [
    fragment(
      'schedule',
      `INSERT INTO snapshot_schedules (id, project_id, user_id, name, description, cron, timezone, volume_ids, volume_type_id,
    volume_metadata, keep_count, keep_days, name_template, enabled, next_run_at, created_at)
  VALUES (:id::uuid, :project::text, :user_id::text, :name::text, :description::text, :cron::text, :timezone::text,
    :volume_ids::jsonb, :volume_type_id::uuid, :volume_metadata::jsonb, :keep_count::int, :keep_days::int,
    :name_template::text, :enabled::boolean, :next::timestamptz, :now::timestamptz) RETURNING *`,
    ),
    countQuota(deltas('schedule', 1)),
    recordEvent('event', 'schedule', `'snapshot_schedule.create.end'`, 'snapshot_schedule'),
  ],
  `SELECT ${columns} FROM schedule r WHERE (SELECT count(*) FROM over_limit) = 0`,
);

/** Makes the schedule and counts it. Refused when the project has as many as it may. */
export async function insertSchedule(database: Database, row: ParametersOf<typeof createText>): Promise<ScheduleRow> {
  const [made] = await createText.all<ScheduleRow>(database, row);
  if (made === undefined) throw new Error('a schedule was not made');
  return made;
}

// Only what is given is written, so two changes of different settings are both kept.
const set = (name: string, type: string) =>
  `${name} = CASE WHEN jsonb_exists(:sets::jsonb, '${name}') THEN (:sets::jsonb ->> '${name}')::${type} ELSE r.${name} END`;
const changed = (
  [
    ['name', 'text'],
    ['description', 'text'],
    ['cron', 'text'],
    ['timezone', 'text'],
    ['volume_ids', 'jsonb'],
    ['volume_type_id', 'uuid'],
    ['volume_metadata', 'jsonb'],
    ['keep_count', 'int'],
    ['keep_days', 'int'],
    ['name_template', 'text'],
    ['enabled', 'boolean'],
    ['next_run_at', 'timestamptz'],
  ] as const
).map(([name, type]) => set(name, type));

const updateText = statement(
  'snapshot-schedules.update',
  [
    fragment(
      'schedule',
      `UPDATE snapshot_schedules r SET ${changed.join(',\n    ') as `${string}:sets::jsonb`}, updated_at = :now::timestamptz
  WHERE ${mine} RETURNING r.*`,
    ),
    recordEvent('event', 'schedule', `'snapshot_schedule.update.end'`, 'snapshot_schedule'),
  ],
  `SELECT ${columns} FROM schedule r`,
);

/** Writes the settings in `sets`, a JSON object by columns. Null: there is no such schedule. */
export async function updateSchedule(
  database: Database,
  scope: Scope,
  change: Omit<ParametersOf<typeof updateText>, 'scope'>,
): Promise<ScheduleRow | null> {
  const [row] = await updateText.all<ScheduleRow>(database, { ...change, ...scopeParameter(scope) });
  return row ?? null;
}

const deleteText = statement(
  'snapshot-schedules.delete',
  [
    fragment('gone', `DELETE FROM snapshot_schedules r WHERE ${mine} RETURNING r.*`),
    countQuota(deltas('gone', -1)),
    recordEvent('event', 'gone', `'snapshot_schedule.delete.end'`, 'snapshot_schedule'),
  ],
  'SELECT r.id::text AS id FROM gone r WHERE (SELECT count(*) FROM over_limit) = 0',
);

/** Removes the schedule and leaves its snapshots, which are like any others then. False: there is none. */
export async function deleteSchedule(
  database: Database,
  scope: Scope,
  parameters: Omit<ParametersOf<typeof deleteText>, 'scope'>,
): Promise<boolean> {
  return (await deleteText.all(database, { ...parameters, ...scopeParameter(scope) })).length > 0;
}

/** Begins a run; null when one is under way, or there is no such schedule. */
export async function beginScheduleRun(
  database: Database,
  scope: Scope,
  parameters: Omit<ParametersOf<typeof beginRun>, 'scope' | 'due' | 'next'>,
): Promise<{ readonly operation_id: string; readonly queue: string } | null> {
  const given = { ...parameters, ...scopeParameter(scope), due: null, next: null };
  const [row] = await beginRun.all<{ operation_id: string; queue: string }>(database, given);
  return row ?? null;
}
