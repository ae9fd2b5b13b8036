import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { badRequest, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach, scopeParameter } from '../../http/policy.ts';
import type { attachBody } from '../body.ts';
import { absentVolume } from '../query.ts';
import { attach, volumeExists } from './store.ts';

/** Records that a server or a host has attached the volume. A repeat for the same server is harmless. */
export async function attachVolume(call: Call<Static<typeof attachBody>, 'volume_id'>): Promise<void> {
  const id = call.params.volume_id;
  const { instance_uuid: instance = null, host_name, mountpoint, mode = 'rw' } = call.body['os-attach'];
  const host = host_name || null;
  if ((instance === null) === (host === null)) {
    if (!(await volumeExists(call.ports.database, reach(call.actor), id))) throw notFound(absentVolume(id));
    throw badRequest(
      instance === null
        ? 'Invalid request to attach volume to an invalid target'
        : 'Invalid request to attach volume to an instance and a host at once',
    );
  }
  const was = await attach(call.ports.database, {
    id: call.ports.ids.uuid(),
    volume_id: id,
    ...scopeParameter(reach(call.actor)),
    instance_uuid: instance,
    host,
    mountpoint,
    mode,
    now: timestamp(call.ports.clock),
    event: 'volume.attach.end',
    request_id: call.requestId,
  });
  if (was === null) throw notFound(absentVolume(id));
  if (was.moved > 0 || was.is_attached) return;
  throw badRequest(
    was.is_readonly
      ? `Invalid attaching mode '${mode}' for volume ${id}.`
      : `Invalid volume: Unable to attach volume ${id}: its status must be available, attaching or, with multiattach, in-use, but it is ${was.status}.`,
  );
}
