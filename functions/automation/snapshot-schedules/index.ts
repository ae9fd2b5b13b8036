// Snapshot schedules: when which volumes are snapshotted, and which of these snapshots are kept.
import * as is from '../../http/answer-types.ts';
import { notFound } from '../../http/faults.ts';
import { readList } from '../../http/list.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { listBody, pageType } from '../../http/pagination.ts';
import { reach, within } from '../../http/policy.ts';
import type { Target } from '../../http/target.ts';
import { createBody, updateBody } from './body.ts';
import { changeSchedule, createSchedule, removeSchedule, runSchedule } from './change.ts';
import { snapshotScheduleRules } from './policy.ts';
import { absentSchedule, scheduleList } from './query.ts';
import { findSchedule, listSchedules } from './store.ts';
import { scheduleView } from './view.ts';

async function list(call: Call) {
  const query = readList(call, scheduleList);
  const page = await listSchedules(call.ports.database, query, within(call.actor, query.allTenants));
  return listBody(call, scheduleList, query, page, scheduleView.textFor(call, 'detail'));
}

const find = (call: Call<unknown, 'schedule_id'>) =>
  findSchedule(call.ports.database, reach(call.actor), call.params.schedule_id);

async function show(call: Call<unknown, 'schedule_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentSchedule(call.params.schedule_id));
  return { snapshot_schedule: scheduleView.for(call, 'detail')(row) };
}

const target: Target<'schedule_id'> = {
  param: 'schedule_id',
  exists: async (call) => (await find(call)) !== null,
  absent: absentSchedule,
  owner: async (call) => (await find(call))?.user_id ?? null,
};

const all = '/scoria/v1/snapshot-schedules';
const one = `${all}/{schedule_id}` as const;
const shown = is.object({ snapshot_schedule: scheduleView.type('detail') });

export const snapshotSchedules: Resource = {
  name: 'snapshot-schedules',
  rules: snapshotScheduleRules,
  operations: [
    operation({
      name: 'snapshot-schedule-list',
      summary: 'List snapshot schedules, newest first',
      method: 'GET',
      at: 'root',
      path: all,
      policy: ['scoria:snapshot_schedule:get_all'],
      success: 200,
      list: scheduleList,
      answers: pageType(scheduleList, scheduleView.type('detail')),
      handler: list,
    }),
    operation({
      name: 'snapshot-schedule-create',
      summary: 'Create a snapshot schedule',
      method: 'POST',
      at: 'root',
      path: all,
      policy: ['scoria:snapshot_schedule:create'],
      success: 201,
      body: createBody,
      answers: shown,
      handler: createSchedule,
    }),
    operation({
      name: 'snapshot-schedule-show',
      summary: 'Show a snapshot schedule: its next run, and the result of the last one',
      method: 'GET',
      at: 'root',
      path: one,
      policy: ['scoria:snapshot_schedule:get'],
      success: 200,
      target,
      answers: shown,
      handler: show,
    }),
    operation({
      name: 'snapshot-schedule-update',
      summary: 'Change a snapshot schedule; fields that are not named stay as they are',
      method: 'PUT',
      at: 'root',
      path: one,
      policy: ['scoria:snapshot_schedule:update'],
      success: 200,
      target,
      body: updateBody,
      answers: shown,
      handler: changeSchedule,
    }),
    operation({
      name: 'snapshot-schedule-delete',
      summary: 'Delete a snapshot schedule; its snapshots stay',
      method: 'DELETE',
      at: 'root',
      path: one,
      policy: ['scoria:snapshot_schedule:delete'],
      success: 204,
      target,
      handler: removeSchedule,
    }),
    operation({
      name: 'snapshot-schedule-run',
      summary: 'Run a snapshot schedule now',
      method: 'POST',
      at: 'root',
      path: `${one}/run`,
      policy: ['scoria:snapshot_schedule:run'],
      success: 202,
      target,
      answers: is.object({ operation_id: is.uuid }),
      faults: [409],
      handler: runSchedule,
    }),
  ],
};
