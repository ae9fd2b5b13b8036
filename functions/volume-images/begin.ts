// What both copies have in common: the volume is looked at, the image service asked, and then the volume moved.
import { copySecondsPerGiB } from '../../schema/backups.ts';
import { refusal } from '../../schema/machine.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { badRequest, type Fault, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { type KeyParameters, noKey } from '../key-manager/keys.ts';
import { nudge, sealedWork } from '../work/begin.ts';
import { tokenOf } from './image.ts';
import { beginCopy, type Facts, type ImageMove, readFacts } from './store.ts';

/** The volume, if it may make the move: refused here, nothing is asked of the image service. */
export async function factsFor(call: Call<unknown, 'volume_id'>, move: ImageMove): Promise<Facts> {
  const id = call.params.volume_id;
  const facts = await readFacts(call.ports.database, move, reach(call.actor), id);
  if (facts === null) throw notFound(`Volume ${id} could not be found.`);
  const { from } = volumeMachine.moves[move];
  const isInState = typeof from === 'string' || from.includes(facts.status);
  if (!isInState || facts.obstacles !== '') throw refused(call, move, facts);
  return facts;
}

export const refused = (call: Call<unknown, 'volume_id'>, move: ImageMove, facts: Facts): Fault =>
  badRequest(refusal(volumeMachine, move, facts, { id: call.params.volume_id }));

/** Moves the volume and queues the copy, with the caller's token sealed. False when the volume has moved meanwhile. */
export async function begin(
  call: Call<unknown, 'volume_id'>,
  move: ImageMove,
  facts: Facts,
  image: Readonly<{ id: string }>,
  key: KeyParameters = noKey,
): Promise<boolean> {
  const kind = move.startsWith('upload') ? 'upload' : 'reimage';
  const begun = await sealedWork(call, tokenOf(call), {
    kind: `volume.${kind}`,
    step: kind,
    machine: volumeMachine,
    move,
    arguments: { image },
    extraSeconds: facts.size_gib * copySecondsPerGiB,
  });
  const target = { id: call.params.volume_id, image_id: image.id, ...key, ...scopeParameter(reach(call.actor)) };
  const done = await beginCopy(call.ports.database, move, { ...target, ...begun });
  if (done !== null) await nudge(call, done.queue, begun);
  return done !== null;
}
