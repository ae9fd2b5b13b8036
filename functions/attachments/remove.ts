// Removing attachments: DELETE, os-detach and os-force_detach.
import type { Static } from '@sinclair/typebox';
import type { AttachmentRow } from '../../schema/attachments.ts';
import { badRequest, conflict, Fault, notFound, unavailable } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { dashed } from '../http/schemas.ts';
import type { detachBody, forceDetachBody } from './body.ts';
import { readOutcome } from './outcome/store.ts';
import { absentAttachment, absentVolume } from './query.ts';
import { isLeftBehind, mayDetach, usedByNova } from './service.ts';
import { beginRemoval, type Removing } from './store.ts';
import { attachmentView } from './view.ts';
import { beginParameters, waitFor } from './waiting.ts';

type Named = { readonly id: string } | { readonly volume_id: string; readonly attachment_id: string | null };

/**
 * Removes or begins to. What was refused for a server's sake is asked about at Nova, and begun again by the id of the
 * attachment that was asked about, whatever the volume has by then: one statement more, where there is a Nova.
 */
async function begin(call: Call<unknown>, named: Named): Promise<Removing | null> {
  const begun = await remove(call, named);
  if (begun === null || begun.id === null || begun.instance_uuid === null || !isForServer(begun)) return begun;
  if (!(await isLeftBehind(call, begun.volume_id, [begun.instance_uuid]))) return begun;
  const asked = 'id' in named ? { id: begun.id } : { ...named, attachment_id: begun.id };
  return remove(call, asked, true);
}

function remove(call: Call<unknown>, named: Named, isAllowed = mayDetach(call)): Promise<Removing | null> {
  const { database } = call.ports;
  const parameters = {
    ...beginParameters(call, 'volume.disconnect', 'volume.detach.start', {}),
    may_detach: isAllowed,
  };
  return 'id' in named
    ? beginRemoval.byId(database, { ...parameters, ...named })
    : beginRemoval.ofVolume(database, { ...parameters, ...named });
}

/** Nothing has been begun, by this or another request, and it is a server that stands in the way. */
const isForServer = (begun: Removing) =>
  begun.moved === 0 && begun.operation_id === null && begun.status !== 'detaching' && begun.is_used_by_nova === true;

/** Removes an attachment and answers the others of its volume. */
export async function deleteAttachment(call: Call<unknown, 'attachment_id'>): Promise<unknown> {
  const id = call.params.attachment_id;
  const begun = await begin(call, { id });
  if (begun === null || begun.status === null) throw notFound(absentAttachment(id));
  const rows = JSON.parse(await removed(call, begun)) as AttachmentRow[]; // made by remaining() in store.ts
  return { attachments: rows.map(attachmentView.for(call, 'summary')) };
}

export async function detachVolume(call: Call<Static<typeof detachBody>, 'volume_id'>): Promise<void> {
  await detach(call, call.body['os-detach'].attachment_id);
}

/**
 * The same by its own rule (an admin, unless a policy file says otherwise). A server that uses the volume stands in
 * its way too.
 */
export async function forceDetachVolume(call: Call<Static<typeof forceDetachBody>, 'volume_id'>): Promise<void> {
  await detach(call, call.body['os-force_detach'].attachment_id ?? null);
}

async function detach(call: Call<unknown, 'volume_id'>, attachment: string | null): Promise<void> {
  const volume = call.params.volume_id;
  const named = attachment === null ? null : dashed(attachment);
  const begun = await begin(call, { volume_id: volume, attachment_id: named });
  if (begun === null) throw notFound(absentVolume(volume));
  if (begun.id === null && named !== null) throw notFound(absentAttachment(named));
  if (begun.attachments > 1 && begun.id === null) {
    throw badRequest('Invalid volume: Detach volume failed: More than one attachment, but no attachment_id provided.');
  }
  // What has no attachment is detached.
  if (begun.id === null || begun.status === null) return;
  if (begun.volume_status === 'maintenance') {
    throw badRequest(`Invalid volume: Unable to detach volume ${volume} during maintenance.`);
  }
  await removed(call, begun);
}

/** Waits for the removal and returns the attachments that remain, as JSON. A removal goes on when the wait is over. */
async function removed(call: Call<unknown>, begun: Removing): Promise<string> {
  const joined = begun.status === 'detaching' ? begun.waits_for : null;
  const operation = begun.operation_id ?? joined;
  if (operation === null) {
    if (begun.moved > 0) return begun.remaining;
    if (begun.is_used_by_nova) throw usedByNova(begun.instance_uuid);
    throw conflict(`Attachment ${begun.id} cannot be deleted while it is ${begun.status}.`);
  }
  const isEnded = await waitFor(call, 'volume.disconnect', operation, begun.queue);
  const outcome = await readOutcome(call.ports.database, operation);
  if (outcome?.operation_status === 'done') return outcome.remaining;
  if (!isEnded) {
    throw unavailable(`Attachment ${begun.id} is still being deleted: the back end has not answered yet. Try again.`);
  }
  throw new Fault(500, `Unable to delete attachment ${begun.id}: the back end failed to disconnect the volume.`);
}
