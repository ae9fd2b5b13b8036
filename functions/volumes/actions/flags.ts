// Actions that set something at once: no worker is asked.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { badRequest, forbidden, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach, scopeParameter } from '../../http/policy.ts';
import type { bootableBody, readonlyBody, resetStatusBody } from '../body.ts';
import { absentVolume } from '../query.ts';
import { findVolume, resetStatus, setFlag } from '../store.ts';

function targetOf(call: Call<unknown, 'volume_id'>) {
  const id = call.params.volume_id;
  const now = timestamp(call.ports.clock);
  return { id, now, request_id: call.requestId, ...scopeParameter(reach(call.actor)) };
}

/** The refusal of an action that changed nothing: 404 when there is no such volume, else 400 with its status. */
async function refused(call: Call<unknown>, id: string, say: (status: string) => string) {
  const volume = await findVolume(call.ports.database, reach(call.actor), id);
  return volume === null ? notFound(absentVolume(id)) : badRequest(say(volume.status));
}

export async function setBootable(call: Call<Static<typeof bootableBody>, 'volume_id'>): Promise<void> {
  const target = targetOf(call);
  const value = call.body['os-set_bootable'].bootable;
  if (await setFlag(call.ports.database, 'bootable', { ...target, value })) return;
  throw await refused(call, target.id, () => 'Invalid volume: The volume cannot be updated during maintenance.');
}

const writingFlags = 'volume:update_volume_admin_metadata';

/** The service itself writes the flag: an admin's rule, which the default lets pass whoever may set the flag. */
const mayWriteFlags = ({ policy, actor }: Call<unknown>) =>
  policy.allows(writingFlags, { ...actor, roles: new Set([...actor.roles, 'admin']) });

export async function updateReadonly(call: Call<Static<typeof readonlyBody>, 'volume_id'>): Promise<void> {
  const target = targetOf(call);
  if (!mayWriteFlags(call)) {
    const volume = await findVolume(call.ports.database, reach(call.actor), target.id);
    throw volume === null ? notFound(absentVolume(target.id)) : forbidden(writingFlags);
  }
  const value = call.body['os-update_readonly_flag'].readonly;
  if (await setFlag(call.ports.database, 'readonly', { ...target, value })) return;
  throw await refused(
    call,
    target.id,
    (status) =>
      `Invalid volume: Volume ${target.id} status must be available to update readonly flag, but current status is: ${status}.`,
  );
}

export async function resetVolumeStatus(call: Call<Static<typeof resetStatusBody>, 'volume_id'>): Promise<void> {
  const target = targetOf(call);
  const wanted = call.body['os-reset_status'];
  const parameters = {
    ...target,
    status: wanted.status ?? null,
    attach_status: wanted.attach_status ?? null,
    migration_status: wanted.migration_status ?? null,
  };
  if (await resetStatus(call.ports.database, parameters)) return;
  throw await refused(call, target.id, () => 'Cannot reset-state to in-use. The volume has no attachments.');
}
