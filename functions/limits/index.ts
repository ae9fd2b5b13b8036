// Limits: what a project may have at most, and how much of it is used.

import * as is from '../http/answer-types.ts';
import { at, type Call, operation, type Resource } from '../http/operation.ts';
import { readGeneralQuotas } from '../quota-sets/store.ts';
import { limitRules } from './policy.ts';

/** Exactly these keys: tempest allows no other. */
const names = [
  { resource: 'volumes', limit: 'maxTotalVolumes', used: 'totalVolumesUsed' },
  { resource: 'snapshots', limit: 'maxTotalSnapshots', used: 'totalSnapshotsUsed' },
  { resource: 'gigabytes', limit: 'maxTotalVolumeGigabytes', used: 'totalGigabytesUsed' },
  { resource: 'backups', limit: 'maxTotalBackups', used: 'totalBackupsUsed' },
  { resource: 'backup_gigabytes', limit: 'maxTotalBackupGigabytes', used: 'totalBackupGigabytesUsed' },
] as const;

/** The project that is asked about: the token's own, and from 3.39 any for an admin. */
function projectOf(call: Call): string {
  const mayName = at(call, 'limits-of-project') && call.actor.roles.has('admin');
  const named = mayName ? (call.query.get('project_id') ?? call.query.get('tenant_id')) : null;
  // No project has a null character in its id, and PostgreSQL takes none.
  return (named?.includes('\u0000') ? '' : named) ?? call.actor.projectId ?? '';
}

async function show(call: Call) {
  const project = projectOf(call);
  const rows = await readGeneralQuotas(call.ports.database, project);
  const showsUse = call.policy.allows('limits_extension:used_limits', call.actor, project);
  const absolute: Record<string, number> = {};
  for (const name of names) {
    const row = rows.find((one) => one.resource === name.resource);
    absolute[name.limit] = row?.limit ?? -1;
    if (showsUse) absolute[name.used] = row?.in_use ?? 0;
  }
  return { limits: { rate: [], absolute } };
}

const absolute = is.object(
  Object.fromEntries(
    names.flatMap(({ limit, used }) => [
      [limit, is.integer],
      [used, is.optional(is.count)],
    ]),
  ),
);

export const limits: Resource = {
  name: 'limits',
  rules: limitRules,
  operations: [
    operation({
      name: 'limits-show',
      summary: 'Show limits and how much of each is used',
      method: 'GET',
      path: '/limits',
      policy: [],
      success: 200,
      queryParameters: { project_id: 'another project (3.39, admin)', tenant_id: 'the same under its old name' },
      answers: is.object({ limits: is.object({ rate: is.listOf(is.record), absolute }) }),
      handler: show,
    }),
  ],
};
