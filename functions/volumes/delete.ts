import { refusal } from '../../schema/machine.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { queryFlag } from '../http/booleans.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { deleteKeys } from '../key-manager/keys.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { absentVolume } from './query.ts';
import { beginDelete, type DeleteMove } from './store/begin.ts';
import { whyNot } from './store.ts';

/** Whether a DELETE asks for `force`. */
export const isForcedBy = (call: Call) => at(call, 'force-delete') && queryFlag(call.query, 'force');

/** DELETE /volumes/{id}, with `cascade`, and `force` from 3.23. */
export async function deleteVolume(call: Call<unknown, 'volume_id'>): Promise<void> {
  const isCascade = queryFlag(call.query, 'cascade');
  const isForced = isForcedBy(call);
  await begin(
    call,
    isForced ? (isCascade ? 'force_delete_cascade' : 'force_delete') : isCascade ? 'delete_cascade' : 'delete',
  );
}

export async function forceDeleteVolume(call: Call<unknown, 'volume_id'>): Promise<void> {
  await begin(call, 'force_delete');
}

/** os-unmanage: the volume is gone from here, and its bytes stay where they are. */
export async function unmanageVolume(call: Call<unknown, 'volume_id'>): Promise<void> {
  await begin(call, 'unmanage');
}

async function begin(call: Call<unknown, 'volume_id'>, move: DeleteMove): Promise<void> {
  const id = call.params.volume_id;
  const target = { id, ...scopeParameter(reach(call.actor)) };
  const { database } = call.ports;
  const begun = workParameters(call, {
    kind: move === 'unmanage' ? 'volume.unmanage' : 'volume.delete',
    step: move === 'unmanage' ? 'unmanage' : 'delete',
    machine: volumeMachine,
    move,
  });
  const done = await beginDelete(database, move, { ...target, ...begun });
  if (done === null) {
    const why = await whyNot(database, move, target);
    if (why === null) throw notFound(absentVolume(id));
    if (why.obstacles.includes('has_key')) {
      throw badRequest('Invalid volume: Unmanaging encrypted volumes is not supported.');
    }
    throw badRequest(refusal(volumeMachine, move, why));
  }
  await deleteKeys(call, done.key_ids);
  if (done.operation_id !== null && done.queue !== null) await nudge(call, done.queue, begun);
}
