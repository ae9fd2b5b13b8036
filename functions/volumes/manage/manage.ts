// Managing: a volume made from an object that is on a back end already.
import type { Static } from '@sinclair/typebox';
import { schedulerQueue } from '../../../schema/operations.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import { badRequest, type Fault, notFound } from '../../http/faults.ts';
import { at, type Call } from '../../http/operation.ts';
import { quotaFault } from '../../quota-sets/quotas.ts';
import { backendOf, type NamedBackend, nameOf, refusalOf } from '../../services/backend.ts';
import { nudge, workParameters } from '../../work/begin.ts';
import { volumeView } from '../view.ts';
import type { manageBody } from './body.ts';
import { insertManaged, type ManageWhy, whyNotManage } from './store.ts';

/** Answers at once; whether the reference names something is seen when the volume is `available` or an error. */
export async function manageVolume(call: Call<Static<typeof manageBody>>): Promise<unknown> {
  const wanted = call.body.volume;
  const project = call.actor.projectId;
  if (project === null) throw badRequest('A volume belongs to a project: use a token with the scope of a project.');
  const named = backendOf(wanted, at(call, 'to-clusters'));
  const target = {
    ...named,
    project,
    type: wanted.volume_type || null,
    default_type: call.settings.defaultVolumeType,
  };
  const begun = workParameters(call, {
    kind: 'volume.manage',
    step: 'schedule',
    machine: volumeMachine,
    move: 'manage',
    arguments: { reference: wanted.ref },
  });
  const { database, ids } = call.ports;
  const row = await insertManaged(database, {
    id: ids.uuid(),
    name: wanted.name ?? null,
    description: wanted.description ?? null,
    bootable: wanted.bootable ?? false,
    metadata: JSON.stringify(wanted.metadata ?? {}),
    reference: JSON.stringify(wanted.ref),
    ...target,
    ...begun,
  }).catch((error: unknown) => {
    throw quotaFault(error) ?? error;
  });
  if (row === null) throw refused(named, target.type, await whyNotManage(database, { ...target, now: begun.now }));
  await nudge(call, schedulerQueue, begun);
  // The fields of 3.0 at every version.
  return { volume: volumeView.for({ ...call, minor: 0 }, 'summary')(row) };
}

function refused(named: NamedBackend, type: string | null, why: ManageWhy): Fault {
  if (why.type_id === null) {
    return type === null
      ? badRequest('Invalid volume type: no default volume type is configured.')
      : notFound(`Volume type ${type} could not be found.`);
  }
  const ofService = refusalOf(why.host === null ? null : why, named);
  if (ofService !== null) return ofService;
  if (why.is_encrypted) return badRequest('Invalid volume type: Managing encrypted volumes is not supported.');
  if (why.is_frozen) {
    return badRequest('Invalid input received: Modification operations are not allowed on frozen storage end points.');
  }
  const name = nameOf(named);
  if (why.pools > 1) return badRequest(`Invalid host: ${name} has several pools: name one, as ${name}#pool.`);
  return badRequest(`Host '${name}' not found`);
}
