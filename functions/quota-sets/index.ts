// Quota sets: what a project may have, and has.
import type { Static } from '@sinclair/typebox';
import * as is from '../http/answer-types.ts';
import { queryFlag } from '../http/booleans.ts';
import { badRequest, noSuchRoute } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { updateBody } from './body.ts';
import { quotaRules } from './policy.ts';
import { readLimits } from './quotas.ts';
import {
  deleteQuotas,
  limitsByKey,
  type QuotaRow,
  readDefaultQuotas,
  readQuotas,
  withLimits,
  writeQuotas,
} from './store.ts';

const mayShow = 'volume_extension:quotas:show';

/** The project of the path, which is not the token's; refuses who may not see that one. */
function targetOf(call: Call<unknown, 'target_project_id'>): string {
  const project = call.params.target_project_id;
  if (project.includes('\u0000')) throw noSuchRoute(); // PostgreSQL takes no such name
  if (project.length > 255) throw badRequest('quota_set_name has more than 255 characters.');
  call.policy.require(mayShow, call.actor, project);
  return project;
}

const usage = (row: QuotaRow) => ({ limit: row.limit, in_use: row.in_use, reserved: 0 });

const usageType = is.object({ limit: is.integer, in_use: is.count, reserved: is.count });

async function show(call: Call<unknown, 'target_project_id'>) {
  const project = targetOf(call);
  const withUsage = queryFlag(call.query, 'usage');
  const rows = await readQuotas(call.ports.database, project);
  const shown = withUsage ? Object.fromEntries(rows.map((row) => [row.key, usage(row)])) : limitsByKey(rows);
  return { quota_set: { id: project, ...shown } };
}

async function showDefaults(call: Call<unknown, 'target_project_id'>) {
  const project = targetOf(call);
  return { quota_set: { id: project, ...limitsByKey(await readDefaultQuotas(call.ports.database)) } };
}

/** Sets limits. One below what is in use is refused: lower it after something has been deleted. */
async function update(call: Call<Static<typeof updateBody>, 'target_project_id'>) {
  const project = targetOf(call);
  const { database } = call.ports;
  const rows = await readQuotas(database, project);
  const limits = readLimits(call.body.quota_set, new Set(rows.map((row) => row.key)), 'quota set');
  for (const row of rows) refuseBelowUse(row, limits.get(row.key));
  const { after, changed } = withLimits(rows, limits);
  await writeQuotas(database, project, changed);
  return { quota_set: limitsByKey(after) };
}

function refuseBelowUse(row: QuotaRow, limit: number | undefined): void {
  if (limit === undefined || limit === -1 || limit >= row.in_use) return;
  throw badRequest(
    `Quota ${row.key} limit must be equal or greater than existing resources. Current usage is ${row.in_use} and the requested limit is ${limit}.`,
  );
}

async function remove(call: Call<unknown, 'target_project_id'>): Promise<void> {
  await deleteQuotas(call.ports.database, targetOf(call));
}

const one = '/os-quota-sets/{target_project_id}';

export const quotaSets: Resource = {
  name: 'quota-sets',
  rules: quotaRules,
  operations: [
    operation({
      name: 'quota-set-show',
      summary: 'Show the limits of a project',
      method: 'GET',
      path: one,
      policy: [mayShow],
      success: 200,
      queryParameters: { usage: 'with what is in use' },
      answers: is.object({ quota_set: is.open({ id: is.text }, is.either(is.integer, usageType)) }),
      handler: show,
    }),
    operation({
      name: 'quota-set-defaults',
      summary: 'Show the limits of a project that has none of its own',
      method: 'GET',
      path: `${one}/defaults`,
      policy: [mayShow],
      success: 200,
      answers: is.object({ quota_set: is.open({ id: is.text }, is.integer) }),
      handler: showDefaults,
    }),
    operation({
      name: 'quota-set-update',
      summary: 'Set limits of a project',
      method: 'PUT',
      path: one,
      policy: ['volume_extension:quotas:update'],
      success: 200,
      body: updateBody,
      answers: is.object({ quota_set: is.mapOf(is.integer) }),
      handler: update,
    }),
    operation({
      name: 'quota-set-delete',
      summary: 'Reset the limits of a project to the defaults',
      method: 'DELETE',
      path: one,
      policy: ['volume_extension:quotas:delete'],
      success: 200,
      handler: remove,
    }),
  ],
};
