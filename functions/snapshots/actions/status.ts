// Actions that write a status: what a hypervisor reports, and what an admin sets.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { badRequest, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach } from '../../http/policy.ts';
import type { resetStatusBody, updateStatusBody } from '../body.ts';
import { absentSnapshot } from '../query.ts';
import { findSnapshot, reportable, writeStatus } from '../store.ts';

function targetOf(call: Call<unknown, 'snapshot_id'>) {
  const id = call.params.snapshot_id;
  return { id, now: timestamp(call.ports.clock), request_id: call.requestId };
}

/** os-update_snapshot_status: how far the hypervisor is, for snapshots that it takes itself. */
export async function updateSnapshotStatus(call: Call<Static<typeof updateStatusBody>, 'snapshot_id'>): Promise<void> {
  const target = targetOf(call);
  const { status, progress = null } = call.body['os-update_snapshot_status'];
  const { database } = call.ports;
  if (await writeStatus(database, reach(call.actor), 'report', { ...target, status, progress })) return;
  const snapshot = await findSnapshot(database, reach(call.actor), target.id);
  if (snapshot === null) throw notFound(absentSnapshot(target.id));
  if (reportable[snapshot.status] === undefined) {
    throw badRequest(`Snapshot status ${snapshot.status} not allowed for update_snapshot_status`);
  }
  throw badRequest(`Provided snapshot status ${status} not allowed for snapshot with status ${snapshot.status}.`);
}

/** os-reset_status: any status over any other. The back end is not asked. */
export async function resetSnapshotStatus(call: Call<Static<typeof resetStatusBody>, 'snapshot_id'>): Promise<void> {
  const target = targetOf(call);
  const { status } = call.body['os-reset_status'];
  const done = await writeStatus(call.ports.database, reach(call.actor), 'reset', {
    ...target,
    status,
    progress: null,
  });
  if (!done) throw notFound(absentSnapshot(target.id));
}
