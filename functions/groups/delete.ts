import { groupMachine, groupRefusal } from '../../schema/groups.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { deleteKeys } from '../key-manager/keys.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { absentGroup } from './query.ts';
import { beginDelete } from './store/change.ts';
import { type Family, whyNot } from './store/read.ts';

/** Deletes an empty group at once; with its volumes when asked, all of them or none. */
export async function deleteGroup(call: Call<unknown>, family: Family, id: string, volumesToo: boolean): Promise<void> {
  const move = volumesToo ? 'delete_with_volumes' : 'delete';
  const { database } = call.ports;
  const begun = workParameters(call, {
    kind: 'group.delete',
    step: 'delete',
    machine: groupMachine,
    move: 'delete_with_volumes',
  });
  const done = await beginDelete(database, reach(call.actor), family, move, { id, ...begun });
  if (done === null) {
    const why = await whyNot(database, reach(call.actor), family, move, id);
    if (why === null) throw notFound(absentGroup(id));
    throw badRequest(groupRefusal(groupMachine, move, why, id));
  }
  await deleteKeys(call, done.key_ids);
  if (done.operation_id !== null && done.queue !== null) await nudge(call, done.queue, begun);
}
