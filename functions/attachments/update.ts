import type { Static } from '@sinclair/typebox';
import { conflict, type Fault, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import type { updateBody } from './body.ts';
import { hostOf, modeOf } from './connector.ts';
import { absentAttachment } from './query.ts';
import { beginConnect, type Connecting } from './store.ts';
import { attachmentView } from './view.ts';
import { beginParameters, connected } from './waiting.ts';

/** Connects the volume to the host of a connector. A repeat that comes while that is under way waits for it too. */
export async function updateAttachment(call: Call<Static<typeof updateBody>, 'attachment_id'>): Promise<unknown> {
  const id = call.params.attachment_id;
  const { connector } = call.body.attachment;
  const mode = modeOf(connector);
  const begun = await beginConnect(call.ports.database, {
    ...beginParameters(call, 'volume.connect', 'volume.attach.start', { attachment_id: id, connector, mode }),
    id,
    connector: JSON.stringify(connector),
    host: hostOf(connector),
    mode,
  });
  if (begun === null || begun.status === null) throw notFound(absentAttachment(id));
  const joined = begun.status === 'attaching' && begun.is_same_connector === true ? begun.waits_for : null;
  const operation = begun.operation_id ?? joined;
  if (operation === null) throw refused(id, begun);
  const row = await connected(call, operation, begun.queue, 'Unable to update the attachment.');
  return { attachment: attachmentView.for(call, 'detail')(row) };
}

function refused(id: string, why: Connecting): Fault {
  if (why.volume_status.includes('error')) {
    return conflict(`Volume attachments can not be updated if the volume is in an error state (${why.volume_status}).`);
  }
  if (why.is_same_host) return conflict(`duplicate connectors detected on volume of attachment ${id}`);
  return conflict(`Attachment ${id} cannot be updated while it is ${why.status}.`);
}
