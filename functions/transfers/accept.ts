// Accepting a volume that another project offers.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { quotaFault } from '../quota-sets/quotas.ts';
import type { acceptBody } from './body.ts';
import { hashKey } from './key.ts';
import { absentTransfer } from './query.ts';
import { acceptTransfer, type Offer, readOffer } from './store.ts';
import { transferSummaryView } from './view.ts';

/**
 * Moves the volume to the acceptor's project. Who has not the key and could not see the transfer anyway is told that
 * it does not exist.
 */
export async function accept(call: Call<Static<typeof acceptBody>, 'transfer_id'>) {
  const id = call.params.transfer_id;
  const project = call.actor.projectId;
  const { database, clock } = call.ports;
  const offer = await readOffer(database, id);
  if (offer === null) throw notFound(absentTransfer(id));
  const hash = await hashKey(call.ports.digests, offer.salt, call.body.accept.auth_key);
  if (hash !== offer.crypt_hash) throw wrongKey(call, id, offer);
  if (project === null) throw badRequest('A volume belongs to a project: use a token with the scope of a project.');
  const row = await acceptTransfer(database, {
    id,
    hash,
    project,
    actor_id: call.actor.userId,
    now: timestamp(clock),
    request_id: call.requestId,
  }).catch((error: unknown) => {
    throw quotaFault(error) ?? error;
  });
  if (row === null) throw notWaiting(id, offer);
  return { transfer: transferSummaryView.for(call, 'summary')(row) };
}

function wrongKey(call: Call<unknown>, id: string, offer: Offer) {
  const sees = call.actor.roles.has('admin') || call.actor.projectId === offer.source_project_id;
  if (!sees) return notFound(absentTransfer(id));
  return badRequest(`Invalid auth key: Attempt to transfer ${id} with invalid auth key.`);
}

/** The volume is no longer to be had: its status was written over, or it is in a group now. */
function notWaiting(id: string, { volume_id, status }: Offer) {
  const which = `Transfer ${id}: Volume id ${volume_id}`;
  return badRequest(
    status === 'awaiting-transfer'
      ? `Invalid volume: ${which} cannot be transferred now.`
      : `Invalid volume: ${which} in unexpected state ${status}, expected awaiting-transfer`,
  );
}
