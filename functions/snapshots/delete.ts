import { refusal } from '../../schema/machine.ts';
import { snapshotMachine } from '../../schema/snapshots.ts';
import type { DeleteMove } from '../../schema/statements/snapshots.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { absentSnapshot } from './query.ts';
import { beginDelete, whyNot } from './store.ts';

export async function deleteSnapshot(call: Call<unknown, 'snapshot_id'>): Promise<void> {
  await begin(call, 'delete');
}

/** os-force_delete: whatever its status. */
export async function forceDeleteSnapshot(call: Call<unknown, 'snapshot_id'>): Promise<void> {
  await begin(call, 'force_delete');
}

/** os-unmanage: the snapshot is gone from here, and its bytes stay where they are. */
export async function unmanageSnapshot(call: Call<unknown, 'snapshot_id'>): Promise<void> {
  await begin(call, 'unmanage');
}

async function begin(call: Call<unknown, 'snapshot_id'>, move: DeleteMove): Promise<void> {
  const id = call.params.snapshot_id;
  const { database } = call.ports;
  const begun = workParameters(call, {
    kind: move === 'unmanage' ? 'snapshot.unmanage' : 'snapshot.delete',
    step: move === 'unmanage' ? 'unmanage' : 'delete',
    machine: snapshotMachine,
    move,
  });
  const done = await beginDelete(database, reach(call.actor), move, { id, ...begun });
  if (done === null) {
    const why = await whyNot(database, reach(call.actor), move, id);
    if (why === null) throw notFound(absentSnapshot(id));
    if (why.obstacles.includes('frozen')) {
      throw badRequest('Invalid input received: Modification operations are not allowed on frozen storage end points.');
    }
    throw badRequest(refusal(snapshotMachine, move, why));
  }
  if (done.operation_id !== null && done.queue !== null) await nudge(call, done.queue, begun);
}
