// Offering a volume to another project.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { refusal } from '../../schema/machine.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { badRequest, type Fault, notFound } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { whyNot } from '../volumes/store.ts';
import type { createBody, oldCreateBody } from './body.ts';
import { hashKey, newKey, secretHex } from './key.ts';
import { insertTransfer } from './store.ts';
import { transferView } from './view.ts';

interface Wanted {
  readonly volumeId: string;
  readonly name: string | null;
  readonly noSnapshots: boolean;
  readonly allowsEncrypted: boolean;
}

/** Offers a volume with its snapshots, or from 3.55 without; from 3.70 also an encrypted one. */
export function createTransfer(call: Call<Static<typeof createBody>>) {
  const { volume_id, name = null, no_snapshots = false } = call.body.transfer;
  // A key manager gives another project nothing: only keys of our own table go with their volume.
  const allowsEncrypted = at(call, 'transfer-encrypted') && call.ports.keys.manager === undefined;
  return offer(call, { volumeId: volume_id, name, noSnapshots: no_snapshots, allowsEncrypted });
}

/** Under the old path: always with the snapshots, never an encrypted volume. */
export function createOldTransfer(call: Call<Static<typeof oldCreateBody>>) {
  const { volume_id, name = null } = call.body.transfer;
  return offer(call, { volumeId: volume_id, name, noSnapshots: false, allowsEncrypted: false });
}

/** The key is in this answer and nowhere else. */
async function offer(call: Call<unknown>, wanted: Wanted) {
  const { database, ids, clock } = call.ports;
  const authKey = newKey(ids);
  const salt = secretHex(ids, 8);
  const target = {
    ...scopeParameter(reach(call.actor)),
    no_snapshots: wanted.noSnapshots,
    allows_encrypted: wanted.allowsEncrypted,
  };
  const row = await insertTransfer(database, {
    ...target,
    id: ids.uuid(),
    volume_id: wanted.volumeId,
    name: wanted.name,
    salt,
    hash: await hashKey(call.ports.digests, salt, authKey),
    now: timestamp(clock),
    request_id: call.requestId,
  });
  if (row === null) throw await explain(call, wanted.volumeId, target);
  const { id, created_at, name, volume_id, ...rest } = transferView.for(call, 'detail')(row);
  return { transfer: { id, created_at, name, volume_id, auth_key: authKey, ...rest } };
}

/** The refusals that are more precise than "status must be available", in the order in which they are looked at. */
const refusals: readonly (readonly [name: string, text: string])[] = [
  ['encrypted', 'Invalid volume: transferring encrypted volume is not supported'],
  ['encrypted_snapshots', 'Invalid volume: transferring an encrypted volume without its snapshots is not supported'],
  ['transfer_snapshots', 'Invalid snapshot: status of the snapshots of volume {id} must be available'],
  ['grouped', 'Invalid volume: Volume {id} must not be part of a group.'],
  ['migrating', 'Invalid volume: Volume {id} must not be migrating.'],
];

async function explain(call: Call<unknown>, id: string, target: { readonly scope: string | null }): Promise<Fault> {
  const why = await whyNot(call.ports.database, 'transfer', { id, ...target });
  if (why === null) return notFound(`Volume ${id} could not be found.`);
  const precise = why.status === 'available' && refusals.find(([name]) => why.obstacles.split(',').includes(name));
  return badRequest(precise ? precise[1].replace('{id}', id) : refusal(volumeMachine, 'transfer', why, { id }));
}
