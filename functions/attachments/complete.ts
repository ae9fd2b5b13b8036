import { timestamp } from '../../infra/clock/port.ts';
import { conflict, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { absentAttachment } from './query.ts';
import { completeAttachment } from './store.ts';

/** The volume is in use. Saying so twice is harmless. */
export async function completeAction(call: Call<unknown, 'attachment_id'>): Promise<void> {
  const id = call.params.attachment_id;
  const done = await completeAttachment(call.ports.database, {
    id,
    ...scopeParameter(reach(call.actor)),
    now: timestamp(call.ports.clock),
    event: 'volume.attach.end',
    request_id: call.requestId,
  });
  if (done === null) throw notFound(absentAttachment(id));
  if (done.moved === 0) throw conflict(`Attachment ${id} cannot be completed while it is ${done.status}.`);
}
