import { backupMachine } from '../../schema/backups.ts';
import { refusal } from '../../schema/machine.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { dashed } from '../http/schemas.ts';
import { deleteKeys } from '../key-manager/keys.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { absentBackup } from './query.ts';
import { beginDelete, type DeleteMove, whyNot } from './store.ts';

export async function deleteBackup(call: Call<unknown, 'backup_id'>): Promise<void> {
  await begin(call, 'delete');
}

/** os-force_delete: whatever its status. A creation or restore that is under way is given up. */
export async function forceDeleteBackup(call: Call<unknown, 'backup_id'>): Promise<void> {
  await begin(call, 'force_delete');
}

async function begin(call: Call<unknown, 'backup_id'>, move: DeleteMove): Promise<void> {
  const given = call.params.backup_id;
  const id = dashed(given);
  const { database } = call.ports;
  const begun = workParameters(call, {
    kind: 'backup.delete',
    step: 'delete',
    machine: backupMachine,
    move,
    arguments: { backup_id: id },
  });
  const done = await beginDelete(database, reach(call.actor), move, { id, ...begun });
  if (done !== null) {
    await deleteKeys(call, done.key_ids);
    return nudge(call, done.queue, begun);
  }
  const why = await whyNot(database, reach(call.actor), move, id);
  if (why === null) throw notFound(absentBackup(given));
  const hasStatus = move === 'force_delete' || why.status === 'available' || why.status === 'error';
  const standsInTheWay = hasStatus ? 'force_delete' : 'delete';
  throw badRequest(refusal(backupMachine, standsInTheWay, why));
}
