// Making, changing and removing schedules, and running one now.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { snapshotScheduleMachine } from '../../../schema/snapshot-schedules.ts';
import { badRequest, Fault, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach } from '../../http/policy.ts';
import { quotaFault } from '../../quota-sets/quotas.ts';
import { nudge, workParameters } from '../../work/begin.ts';
import type { createBody, updateBody } from './body.ts';
import { absentSchedule } from './query.ts';
import { assertCover, coverOf, keepOf, nextRun, oneCover, usualTemplate } from './settings.ts';
import {
  beginScheduleRun,
  checkCover,
  deleteSchedule,
  findChecked,
  findSchedule,
  insertSchedule,
  updateSchedule,
} from './store.ts';
import { scheduleView } from './view.ts';

type OnSchedule<Body = unknown> = Call<Body, 'schedule_id'>;

export async function createSchedule(call: Call<Static<typeof createBody>>): Promise<unknown> {
  const wanted = call.body.snapshot_schedule;
  const project = call.actor.projectId;
  if (project === null) throw badRequest('Invalid input: a schedule belongs to a project; the token is of none.');
  const cover = coverOf(wanted);
  if (cover === undefined) throw badRequest(`Invalid input: ${oneCover}`);
  const { name, description = null, cron, timezone = 'UTC', name_template = usualTemplate, enabled = true } = wanted;
  const next = nextRun(call, cron, timezone);
  const kept = keepOf(wanted);
  const { volume_ids, volume_type_id } = cover;
  if (cover.volume_metadata === null) {
    assertCover(await checkCover(call.ports.database, { project, volume_ids, volume_type_id }), volume_type_id);
  }
  const row = await insertSchedule(call.ports.database, {
    ...{
      id: call.ports.ids.uuid(),
      project,
      user_id: call.actor.userId,
      name,
      description,
      cron: cron.trim(),
      timezone,
    },
    ...{ ...cover, ...kept, name_template, enabled, next: enabled ? next : null },
    ...{ now: timestamp(call.ports.clock), request_id: call.requestId },
  }).catch((error: unknown) => {
    throw quotaFault(error) ?? error;
  });
  return { snapshot_schedule: scheduleView.for(call, 'detail')(row) };
}

/** What is not named stays. A new expression, time zone or `enabled` sets the next run; a missed one is not caught up. */
export async function changeSchedule(call: OnSchedule<Static<typeof updateBody>>): Promise<unknown> {
  const wanted = call.body.snapshot_schedule;
  const id = call.params.schedule_id;
  const scope = reach(call.actor);
  const { cron, timezone, enabled } = wanted;
  const cover = coverOf(wanted);
  const kept = wanted.keep === undefined ? {} : keepOf({ keep: wanted.keep });
  const isTimed = cron !== undefined || timezone !== undefined || enabled !== undefined;
  const { volume_ids = null, volume_type_id = null } = cover ?? {};
  const isLooked = isTimed || cover !== undefined;
  const found = isLooked
    ? await findChecked(call.ports.database, scope, { id, volume_ids, volume_type_id })
    : undefined;
  if (found === null) throw notFound(absentSchedule(id));
  if (found !== undefined) assertCover(found, volume_type_id);
  const time = isTimed && found !== undefined ? timed(call, found, wanted) : {};
  const named = Object.entries({
    name: wanted.name,
    description: wanted.description,
    name_template: wanted.name_template,
  });
  const row = await updateSchedule(call.ports.database, scope, {
    id,
    sets: JSON.stringify({
      ...Object.fromEntries(named.filter(([, one]) => one !== undefined)),
      ...cover,
      ...kept,
      ...time,
    }),
    ...{ now: timestamp(call.ports.clock), request_id: call.requestId },
  });
  if (row === null) throw notFound(absentSchedule(id));
  return { snapshot_schedule: scheduleView.for(call, 'detail')(row) };
}

interface Timing {
  readonly cron: string;
  readonly timezone: string;
  readonly enabled: boolean;
}

function timed(
  call: OnSchedule,
  found: Timing,
  wanted: { readonly [Name in keyof Timing]?: Timing[Name] | undefined },
) {
  const cron = (wanted.cron ?? found.cron).trim();
  const { timezone = found.timezone, enabled = found.enabled } = wanted;
  const next = nextRun(call, cron, timezone);
  return { cron, timezone, enabled, next_run_at: enabled ? next : null };
}

export async function removeSchedule(call: OnSchedule): Promise<void> {
  const id = call.params.schedule_id;
  const when = { now: timestamp(call.ports.clock), request_id: call.requestId };
  if (!(await deleteSchedule(call.ports.database, reach(call.actor), { id, ...when })))
    throw notFound(absentSchedule(id));
}

/** Runs it now, whether it is enabled or not; its next run stays as it is. */
export async function runSchedule(call: OnSchedule): Promise<unknown> {
  const id = call.params.schedule_id;
  const { database } = call.ports;
  const begun = workParameters(call, {
    kind: 'snapshot_schedule.run',
    step: 'run',
    machine: snapshotScheduleMachine,
    move: 'run',
  });
  const row = await beginScheduleRun(database, reach(call.actor), { id, ...begun });
  if (row === null) {
    const found = await findSchedule(database, reach(call.actor), id);
    if (found === null) throw notFound(absentSchedule(id));
    throw new Fault(409, `Snapshot schedule ${id} is running already: operation ${found.running_operation_id}.`);
  }
  await nudge(call, row.queue, begun);
  return { operation_id: row.operation_id };
}
