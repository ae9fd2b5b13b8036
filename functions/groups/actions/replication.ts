// The replication actions: every group is refused with what it lacks.
import { badRequest, notFound } from '../../http/faults.ts';
import { isUuid } from '../../http/leaves.ts';
import type { Call } from '../../http/operation.ts';
import { reach } from '../../http/policy.ts';
import { absentGroup } from '../query.ts';
import { isReplicated } from '../store/read.ts';

/** Refuses a group whose type is not for replication, and any other because no back end of ours replicates. */
export async function refuseReplication(call: Call<unknown>): Promise<never> {
  const id = call.params.group_id ?? '';
  const asks = isUuid(id) ? await isReplicated(call.ports.database, reach(call.actor), id) : null;
  if (asks === null) throw notFound(absentGroup(id));
  throw badRequest(
    asks
      ? `Invalid group: The back end of group ${id} does not replicate.`
      : `Invalid group type: Group ${id} is not a replication group type.`,
  );
}
