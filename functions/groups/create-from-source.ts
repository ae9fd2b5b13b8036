// Copying a group with all its volumes, from the group itself or from a snapshot of it.
import { groupMachine, groupRefusal, groupSnapshotMachine } from '../../schema/groups.ts';
import { schedulerQueue } from '../../schema/operations.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { badRequest, type Fault, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { within } from '../http/policy.ts';
import { nudge, workParameters } from '../work/begin.ts';
import { groupFault, projectOf } from './create.ts';
import { absentGroup } from './query.ts';
import { isMembersRefusal } from './store/change.ts';
import { type CopiedGroup, copyGroup, type SourceKind, whyNotFromSnapshot } from './store/create.ts';
import { type Family, whyNot } from './store/read.ts';

export interface WantedCopy {
  readonly name: string | null;
  readonly description: string | null;
  readonly source: { readonly kind: SourceKind; readonly id: string };
}

/** Makes the group with a copy of each volume; it is available when the last of them is. */
export async function makeGroupFromSource(
  call: Call<unknown>,
  family: Family,
  { name, description, source }: WantedCopy,
): Promise<CopiedGroup> {
  const project = projectOf(call);
  const begun = workParameters(call, {
    kind: 'volume.create',
    step: 'schedule',
    machine: volumeMachine,
    move: 'create',
    arguments: { hints: null, zone: null, from_source: true },
  });
  const parameters = { id: call.ports.ids.uuid(), source: source.id, project, name, description, ...begun };
  const made = await copyGroup(call.ports.database, source.kind, family, parameters).catch((error: unknown) => {
    if (isMembersRefusal(error)) return null;
    throw groupFault(error);
  });
  if (made === null) throw await explain(call, family, source, project);
  const { kind } = begun;
  for (const operation_id of JSON.parse(made.operations) as string[]) {
    await nudge(call, schedulerQueue, { operation_id, kind });
  }
  return made;
}

async function explain(
  call: Call<unknown>,
  family: Family,
  { kind, id }: WantedCopy['source'],
  project: string,
): Promise<Fault> {
  const { database } = call.ports;
  if (kind === 'group') {
    const why = await whyNot(database, within(call.actor, false), family, 'copy', id);
    return why === null ? notFound(absentGroup(id)) : badRequest(groupRefusal(groupMachine, 'copy', why, id));
  }
  const why = await whyNotFromSnapshot(database, family, { source: id, project });
  if (why === null) return notFound(`Group snapshot ${id} could not be found.`);
  if (why.status !== 'available') return badRequest(groupRefusal(groupSnapshotMachine, 'copy', why, id));
  return badRequest(`Invalid group snapshot: Not every snapshot of group snapshot ${id} is available.`);
}
