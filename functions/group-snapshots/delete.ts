import { groupRefusal, groupSnapshotMachine } from '../../schema/groups.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { absentGroupSnapshot } from './query.ts';
import { beginDelete, type Family, whyNotDelete } from './store/rows.ts';

/** Deletes it with all its snapshots, by one operation. */
export async function deleteGroupSnapshot(call: Call<unknown>, family: Family, id: string): Promise<void> {
  const begun = workParameters(call, {
    kind: 'group_snapshot.delete',
    step: 'delete',
    machine: groupSnapshotMachine,
    move: 'delete',
  });
  const { database } = call.ports;
  const scope = reach(call.actor);
  const done = await beginDelete(database, scope, family, { id, ...begun });
  if (done === null) {
    const why = await whyNotDelete(database, scope, family, id);
    if (why === null) throw notFound(absentGroupSnapshot(id));
    throw badRequest(groupRefusal(groupSnapshotMachine, 'delete', why, id));
  }
  await nudge(call, done.queue, begun);
}
