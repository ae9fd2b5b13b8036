// Taking a snapshot of every volume in a group: one statement; when it is refused, a second one says why.
import { groupMachine, groupRefusal, groupSnapshotMachine } from '../../schema/groups.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { quotaFault } from '../quota-sets/quotas.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { type CreatedGroupSnapshot, type Family, insertGroupSnapshot, whyNotCreate } from './store/rows.ts';

export interface WantedSnapshot {
  readonly groupId: string;
  readonly name: string | null;
  readonly description: string | null;
}

/** Takes it of a group whose volumes are all available or in-use. */
export async function makeGroupSnapshot(
  call: Call<unknown>,
  family: Family,
  { groupId, name, description }: WantedSnapshot,
): Promise<CreatedGroupSnapshot> {
  const begun = workParameters(call, {
    kind: 'group_snapshot.create',
    step: 'create',
    machine: groupSnapshotMachine,
    move: 'create',
  });
  const { database } = call.ports;
  const scope = reach(call.actor);
  const parameters = { id: call.ports.ids.uuid(), group_id: groupId, name, description, ...begun };
  const row = await insertGroupSnapshot(database, scope, family, parameters).catch((error: unknown) => {
    throw quotaFault(error) ?? error;
  });
  if (row === null) {
    const why = await whyNotCreate(database, scope, family, groupId);
    if (why === null) throw notFound(`Group ${groupId} could not be found.`);
    throw badRequest(groupRefusal(groupMachine, 'snapshot', why, groupId));
  }
  await nudge(call, row.queue, begun);
  return row;
}
