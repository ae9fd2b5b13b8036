// Ends an operation with the outcome of its work.
import { timestamp, withTimeout } from '../infra/clock/port.ts';
import { messageActions, messageDetails, messageEventId, messageResourceType } from '../schema/codes.ts';
import { maxAttempts } from '../schema/operations.ts';
import { nudge } from './nudge.ts';
import type { Failed, Unknown } from './outcome.ts';
import type { WorkerPorts } from './ports.ts';
import type { Claimed } from './store/claim.ts';
import { giveBack } from './store/give-back.ts';
import type { Queued } from './store/queued.ts';
import { settle } from './store/settle.ts';
import { statementsOf } from './work/statements.ts';
import type { Done } from './work/work.ts';

/** What is needed about an operation to end it. */
export type FinishedOperation = Pick<
  Claimed,
  | 'id'
  | 'kind'
  | 'resourceId'
  | 'askedAt'
  | 'projectId'
  | 'attempt'
  | 'tries'
  | 'requestId'
  | 'deadline'
  | 'arguments'
  | 'secret'
>;

/**
 * Writes the outcome. An unknown one is tried again with the same id while tries and time are left, and only then
 * becomes a failure. A worker that has lost its lease writes nothing.
 */
export async function finish(
  ports: WorkerPorts,
  ending: FinishedOperation,
  outcome: Done | Failed | Unknown,
): Promise<void> {
  if (outcome.outcome === 'unknown') {
    const isOver = ending.tries >= maxAttempts || ports.clock.now() >= ending.deadline;
    if (!isOver) return tryAgain(ports, ending, outcome);
    const detail = outcome.detail ?? (ports.clock.now() >= ending.deadline ? 'deadlinePassed' : 'unknown');
    const { cause, action } = outcome;
    return finish(ports, ending, { outcome: 'failed', cause, detail, isBusy: false, ...(action && { action }) });
  }
  if (outcome.outcome === 'failed') await abandon(ports, ending);
  const always = {
    id: ending.id,
    attempt: ending.attempt,
    now: timestamp(ports.clock),
    request_id: ending.requestId,
    undo_id: ports.ids.uuid(),
    tells_servers: ports.compute !== undefined,
  };
  const { done, failed } = statementsOf(ending.kind);
  const queued =
    outcome.outcome === 'done'
      ? await settle(ports.database, done, { ...always, ...doneParameters(outcome) })
      : await settle(ports.database, failed, { ...always, ...failureParameters(ports, ending, outcome) });
  const { id, kind, resourceId: resource } = ending;
  ports.notices?.done({ operation: id, kind, resource, milliseconds: ports.clock.now() - ending.askedAt });
  await sendQueued(ports, queued ?? []);
  const fields = { operation: ending.id, kind: ending.kind, requestId: ending.requestId };
  if (queued === null) ports.log.warn('lease-lost', fields);
  else if (outcome.outcome === 'failed') ports.log.warn('operation-failed', { ...fields, cause: outcome.cause });
  else ports.log.debug('operation-done', fields);
}

/** Nudges for the operations that a statement has queued or freed. */
export async function sendQueued(ports: WorkerPorts, queued: readonly Queued[]): Promise<void> {
  for (const { id, queue, ...message } of queued) await nudge(ports, queue, { operation: id, ...message });
}

/** A service that does not answer must not keep the operation from ending. */
const abandonSeconds = 10;

/**
 * Runs before settling, which erases the token that it needs. If the worker dies between the two, the work is tried
 * once more, and fails because of what was undone here.
 */
async function abandon(ports: WorkerPorts, ending: FinishedOperation): Promise<void> {
  const { abandon: takeBack } = statementsOf(ending.kind).work;
  if (takeBack === undefined) return;
  const takes = (signal: AbortSignal) => takeBack(ending, signal, ports);
  await withTimeout(ports.clock, abandonSeconds * 1000, takes).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    ports.log.warn('abandon-failed', { operation: ending.id, kind: ending.kind, reason });
  });
}

const doneParameters = ({ location, facts }: Done) => ({
  location,
  facts: JSON.stringify(facts),
  cause: null,
  explanation: null,
});

function failureParameters(ports: WorkerPorts, ending: FinishedOperation, failure: Failed) {
  const [resource = ''] = ending.kind.split('.');
  const { message } = statementsOf(ending.kind).work;
  const isUnplaced = failure.detail === 'noBackend';
  const actionId = messageActions[isUnplaced ? 'scheduleVolume' : (failure.action ?? message.action)].id;
  const detailId = messageDetails[failure.detail].id;
  return {
    cause: failure.cause,
    explanation: failure.explanation === undefined ? null : JSON.stringify(failure.explanation),
    is_busy: failure.isBusy,
    message_id: ports.ids.uuid(),
    message_resource: messageResourceType(resource),
    action_id: actionId,
    detail_id: detailId,
    event_id: messageEventId(resource, actionId, detailId),
  };
}

/**
 * The wait before the second try; it doubles with each further one. In all 15 s for a back end, 45 s for another
 * service.
 */
const firstWaitSeconds = { backEnd: 1, service: 3 } as const;

async function tryAgain(ports: WorkerPorts, ending: FinishedOperation, { cause, isPatient }: Unknown): Promise<void> {
  const delaySeconds = firstWaitSeconds[isPatient === true ? 'service' : 'backEnd'] * 2 ** (ending.tries - 1);
  const { id, attempt, kind, projectId: project } = ending;
  const back = await giveBack(ports.database, {
    ...{ id, attempt, cause, now: timestamp(ports.clock) },
    ...{ explanation: null, waits: false, delay_seconds: delaySeconds },
  });
  ports.log.warn('operation-retried', { operation: id, kind, tries: ending.tries, cause });
  if (back === null) return;
  await sendQueued(ports, back.next);
  await nudge(ports, back.queue, { operation: id, attempt, kind, project }, delaySeconds);
}
