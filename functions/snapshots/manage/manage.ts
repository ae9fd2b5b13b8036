// Managing: a snapshot made from an object that is on the back end of its volume already.
import type { Static } from '@sinclair/typebox';
import { refusal } from '../../../schema/machine.ts';
import { snapshotMachine } from '../../../schema/snapshots.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import { badRequest, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach, scopeParameter } from '../../http/policy.ts';
import { quotaFault } from '../../quota-sets/quotas.ts';
import { refusalOf } from '../../services/backend.ts';
import { nudge, workParameters } from '../../work/begin.ts';
import { snapshotView } from '../view.ts';
import type { manageBody } from './body.ts';
import { insertManaged, whyNotManage } from './store.ts';

/** Answers at once; whether the reference names something is seen when the snapshot is `available` or an error. */
export async function manageSnapshot(call: Call<Static<typeof manageBody>>): Promise<unknown> {
  const wanted = call.body.snapshot;
  const target = { volume_id: wanted.volume_id, ...scopeParameter(reach(call.actor)) };
  const begun = workParameters(call, {
    kind: 'snapshot.manage',
    step: 'adopt',
    machine: snapshotMachine,
    move: 'manage',
    arguments: { reference: wanted.ref },
  });
  const { database, ids } = call.ports;
  const row = await insertManaged(database, {
    id: ids.uuid(),
    name: wanted.name ?? wanted.display_name ?? null,
    description: wanted.description ?? null,
    metadata: JSON.stringify(wanted.metadata ?? {}),
    reference: JSON.stringify(wanted.ref),
    ...target,
    ...begun,
  }).catch((error: unknown) => {
    throw quotaFault(error) ?? error;
  });
  if (row === null) throw await refused(call, { ...target, now: begun.now });
  await nudge(call, row.queue, begun);
  // The fields of 3.0 at every version.
  return { snapshot: snapshotView.for({ ...call, minor: 0 }, 'summary')(row) };
}

async function refused(call: Call<unknown>, target: { volume_id: string; scope: string | null; now: string }) {
  const why = await whyNotManage(call.ports.database, target);
  if (why === null) return notFound(`Volume ${target.volume_id} could not be found.`);
  const ofVolume = why.obstacles !== '' || !['available', 'in-use'].includes(why.status);
  if (!ofVolume) {
    const ofService = refusalOf(why, { host: why.host ?? '', cluster: null });
    if (ofService !== null) return ofService;
  }
  return badRequest(refusal(volumeMachine, 'snapshot_in_use', why, { id: target.volume_id }));
}
