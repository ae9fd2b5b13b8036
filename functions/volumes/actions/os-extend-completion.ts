// What the host says that had to grow a volume: it is done, or it could not.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { badRequest, notFound } from '../../http/faults.ts';
import type { Call } from '../../http/operation.ts';
import { reach, scopeParameter } from '../../http/policy.ts';
import { nudge } from '../../work/begin.ts';
import type { extendCompletionBody } from '../body.ts';
import { absentVolume } from '../query.ts';
import { completeExtend } from './store.ts';

/** Lets the worker end the extension: with the new size, or as an error that gives the quota back. */
export async function completeExtension(call: Call<Static<typeof extendCompletionBody>, 'volume_id'>): Promise<void> {
  const id = call.params.volume_id;
  const done = await completeExtend(call.ports.database, {
    id,
    is_failed: call.body['os-extend_volume_completion'].error ?? false,
    now: timestamp(call.ports.clock),
    ...scopeParameter(reach(call.actor)),
  });
  if (done === null) throw notFound(absentVolume(id));
  if (done.operation_id === null || done.queue === null) {
    throw badRequest('Invalid volume: Volume is not being extended.');
  }
  await nudge(call, done.queue, { operation_id: done.operation_id, kind: 'volume.extend', attempt: done.attempt });
}
