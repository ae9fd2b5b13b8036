import type { Static } from '@sinclair/typebox';
import { badRequest, conflict, forbidden, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import type { createBody } from './body.ts';
import { hostOf, modeOf } from './connector.ts';
import { absentVolume } from './query.ts';
import { type Created, insertAttachment } from './store.ts';
import { attachmentView } from './view.ts';
import { beginParameters, connected } from './waiting.ts';

const sharing = 'volume:multiattach_bootable_volume';

/** Reserves a volume; with a connector, connects it too and answers how it is reached. */
export async function createAttachment(call: Call<Static<typeof createBody>>): Promise<unknown> {
  const { volume_uuid: volume, instance_uuid: instance = null, connector = null, mode = null } = call.body.attachment;
  const id = call.ports.ids.uuid();
  const chosen = mode ?? (connector === null ? null : modeOf(connector));
  const work = { attachment_id: id, connector, mode: chosen, is_new: true };
  const made = await insertAttachment(call.ports.database, {
    ...beginParameters(call, 'volume.connect', 'volume.attach.start', work),
    id,
    volume_id: volume,
    instance_uuid: instance,
    host: connector === null ? null : hostOf(connector),
    connector: connector === null ? null : JSON.stringify(connector),
    connects: connector !== null,
    mode: chosen,
    may_share_bootable: call.policy.allows(sharing, call.actor),
  });
  if (made === null) throw notFound(absentVolume(volume));
  if (made.id === null) throw refused(volume, made);
  const render = attachmentView.for(call, 'detail');
  if (made.operation_id === null) return { attachment: render({ ...made, id }) };
  const says = 'Unable to create attachment for volume.';
  return { attachment: render(await connected(call, made.operation_id, made.queue, says)) };
}

function refused(volume: string, made: Created) {
  if (made.needs_rule) return forbidden(sharing);
  if (made.is_same_host) return conflict(`duplicate connectors detected on volume ${volume}`);
  return badRequest(
    `Invalid volume: Volume ${volume} status must be available or downloading to reserve, but the current status is ` +
      `${made.volume_status}.`,
  );
}
