import type { Static } from '@sinclair/typebox';
import { refusal } from '../../../schema/machine.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import { badRequest, forbidden, notFound } from '../../http/faults.ts';
import { at, type Call } from '../../http/operation.ts';
import { reach, scopeParameter } from '../../http/policy.ts';
import { quotaFault } from '../../quota-sets/quotas.ts';
import { nudge, workParameters } from '../../work/begin.ts';
import type { extendBody } from '../body.ts';
import { absentVolume } from '../query.ts';
import { beginExtend } from '../store/begin.ts';
import { whyNot } from '../store.ts';

const growingAttached = 'volume:extend_attached_volume';

/** Grows a volume; from 3.42 also one that is in use. Quota is taken with the move, room when the driver is asked. */
export async function extendVolume(call: Call<Static<typeof extendBody>, 'volume_id'>): Promise<void> {
  const id = call.params.volume_id;
  const newSize = call.body['os-extend'].new_size;
  const reachesAttached = at(call, 'extend-attached');
  const move = reachesAttached && call.policy.allows(growingAttached, call.actor) ? 'extend_attached' : 'extend';
  const target = { id, new_size: newSize, ...scopeParameter(reach(call.actor)) };
  const begun = workParameters(call, {
    kind: 'volume.extend',
    step: 'extend',
    machine: volumeMachine,
    move,
    arguments: { new_size: newSize },
  });
  const { database } = call.ports;
  const done = await beginExtend(database, move, { ...target, ...begun }).catch((error: unknown) => {
    throw quotaFault(error) ?? error;
  });
  if (done === null) throw await explain(call, move, target, newSize, reachesAttached);
  if (done.operation_id !== null && done.queue !== null) await nudge(call, done.queue, begun);
}

async function explain(
  call: Call<unknown>,
  move: 'extend' | 'extend_attached',
  target: { id: string; new_size: number; scope: string | null },
  newSize: number,
  reachesAttached: boolean,
) {
  const why = await whyNot(call.ports.database, move, target);
  if (why === null) return notFound(absentVolume(target.id));
  if (reachesAttached && move === 'extend' && why.status === 'in-use') return forbidden(growingAttached);
  const from = volumeMachine.moves[move].from;
  const isInState = typeof from !== 'string' && from.includes(why.status);
  if (isInState && why.obstacles.includes('not_larger')) {
    return badRequest(
      `Invalid input received: New size for extend must be greater than current size. (current: ${why.size_gib}, extended: ${newSize}).`,
    );
  }
  return badRequest(refusal(volumeMachine, move, why, { id: target.id }));
}
