// Work of a back end that a request waits for.
import { timestamp } from '../../infra/clock/port.ts';
import { connectMarginSeconds, disconnectSeconds } from '../../schema/attachments.ts';
import { operationParameters } from '../../schema/operations.ts';
import { Fault, unavailable } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { send } from '../work/begin.ts';
import { withConnection } from './connection-info.ts';
import { giveUp, type Outcome, readOutcome } from './outcome/store.ts';

/** What is added where the back end said nothing: its worker may be down, or busy. */
export const silent = 'It has not answered in time. Try again.';

export type ConnectionKind = 'volume.connect' | 'volume.disconnect';

/** The parameters of a statement that begins such work. A connection ends soon after its request has given up. */
export function beginParameters(
  call: Call<unknown>,
  kind: ConnectionKind,
  event: string,
  given: Readonly<Record<string, unknown>>,
) {
  const id = call.ports.ids.uuid();
  return {
    now: timestamp(call.ports.clock),
    event,
    ...scopeParameter(reach(call.actor)),
    ...operationParameters({
      id,
      kind,
      step: kind === 'volume.connect' ? 'connect' : 'disconnect',
      actorId: call.actor.userId,
      withinSeconds:
        kind === 'volume.connect' ? call.settings.connectSeconds + connectMarginSeconds : disconnectSeconds,
      arguments: given,
      requestId: call.requestId,
      trace: call.trace,
    }),
  };
}

/** Waits until the operation has ended or the time is over, and says which. `queue` null: somebody else began it. */
export async function waitFor(
  call: Call<unknown>,
  kind: ConnectionKind,
  operation: string,
  queue: string | null,
): Promise<boolean> {
  const { notices } = call.ports;
  const ended = notices.wait(operation, call.settings.connectSeconds * 1000);
  if (queue !== null) await send(call, queue, { operation_id: operation, kind });
  return ended;
}

/** The parameters of the statements that give a connection up. */
export function giveUpParameters(call: Call<unknown>, operation: string) {
  const { ids, clock } = call.ports;
  return {
    operation_id: operation,
    undo_id: ids.uuid(),
    message_id: ids.uuid(),
    now: timestamp(clock),
    request_id: call.requestId,
  };
}

/**
 * The outcome of a connection: its attachment as it is now. Throws the 500 of `says` when it has failed, a 503 when
 * no worker had done it in time; then it is undone. A 500 is also one that cannot be opened here, which stays.
 */
export async function connected(
  call: Call<unknown>,
  operation: string,
  queue: string | null,
  says: string,
): Promise<Outcome & { readonly id: string }> {
  const { database } = call.ports;
  const isEnded = await waitFor(call, 'volume.connect', operation, queue);
  const outcome = isEnded
    ? await readOutcome(database, operation)
    : await giveUp(database, giveUpParameters(call, operation));
  if (outcome?.operation_status !== 'done' || outcome.id === null) {
    throw isEnded ? new Fault(500, says) : unavailable(`${says} ${silent}`);
  }
  const opened = await withConnection(call, { ...outcome, id: outcome.id });
  // A host can do nothing with an empty connection: worker and API have different keys.
  if (opened.connection_info === null) throw new Fault(500, says);
  return opened;
}
