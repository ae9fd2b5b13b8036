// The replication actions: which members are copied to other systems, and who serves them.
import type { Static } from '@sinclair/typebox';
import { groupMachine, groupRefusal } from '../../../schema/groups.ts';
import type { Why } from '../../../schema/machine.ts';
import { badRequest, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach, scopeParameter } from '../../http/policy.ts';
import { nudge, workParameters } from '../../work/begin.ts';
import type { failoverBody } from '../body.ts';
import { absentGroup } from '../query.ts';
import { isLegacy } from '../store/read.ts';
import { beginReplication, type ReplicationMove, readTargets, whyNotReplicate } from './store.ts';

const kinds = {
  enable_replication: 'group.enable_replication',
  disable_replication: 'group.disable_replication',
  failover_replication: 'group.failover_replication',
} as const;

function targetOf(call: Call<unknown, 'group_id'>) {
  const id = call.params.group_id;
  return { id, ...scopeParameter(reach(call.actor)), ...isLegacy('generic') };
}

/** Two refusals have a name of their own in Cinder. */
function refusalOf(move: ReplicationMove, why: Why, id: string): string {
  const standing = why.obstacles.split(',');
  if (standing.includes('plain_type')) return `Invalid group type: Group ${id} is not a replication group type.`;
  if (standing.includes('plain_volumes')) {
    return `Invalid volume type: The type of a volume in group ${id} is not a replication type.`;
  }
  return groupRefusal(groupMachine, move, why, id);
}

async function begin(
  call: Call<unknown, 'group_id'>,
  move: ReplicationMove,
  given: { target: string | null; allow_attached: boolean },
) {
  const group = targetOf(call);
  const begun = workParameters(call, {
    kind: kinds[move],
    step: move,
    machine: groupMachine,
    move,
    arguments: { target: given.target },
  });
  const { database } = call.ports;
  const asked = move === 'failover_replication' ? { ...group, ...given } : group;
  const done = await beginReplication(database, move, { ...asked, ...begun });
  if (done !== null) return nudge(call, done.queue, begun);
  const why = await whyNotReplicate(database, move, asked);
  if (why === null) throw notFound(absentGroup(group.id));
  throw badRequest(refusalOf(move, why, group.id));
}

const nothing = { target: null, allow_attached: false };
export const enableReplication = (call: Call<unknown, 'group_id'>) => begin(call, 'enable_replication', nothing);
export const disableReplication = (call: Call<unknown, 'group_id'>) => begin(call, 'disable_replication', nothing);

/** To the named target, to any without a name, and with `default` back home. */
export function failoverReplication(call: Call<Static<typeof failoverBody>, 'group_id'>): Promise<void> {
  const { secondary_backend_id, allow_attached_volume } = call.body.failover_replication;
  return begin(call, 'failover_replication', {
    target: secondary_backend_id || null,
    allow_attached: allow_attached_volume ?? false,
  });
}

/** The targets by their ids. What else a back end knows of them is not for tenants. */
export async function listReplicationTargets(call: Call<unknown, 'group_id'>): Promise<unknown> {
  const group = targetOf(call);
  const found = await readTargets(call.ports.database, group);
  if (found === null) throw notFound(absentGroup(group.id));
  const standing = found.obstacles.split(',');
  if (standing.includes('plain_type') || standing.includes('plain_volumes')) {
    throw badRequest(refusalOf('enable_replication', found, group.id));
  }
  const ids = JSON.parse(found.targets) as string[]; // written by workers
  return { replication_targets: ids.map((id) => ({ backend_id: id })) };
}
