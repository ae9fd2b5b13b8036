// Work that no pool can take now: it fails, or waits for a service that has not reported.
import { timestamp } from '../infra/clock/port.ts';
import { schedulerQueue } from '../schema/operations.ts';
import { finish, sendQueued } from './finish.ts';
import { nudge } from './nudge.ts';
import type { WorkerPorts } from './ports.ts';
import { takerOnceUp, type Unplaced } from './scheduler/decide.ts';
import type { Scheduling } from './scheduler/scheduling.ts';
import { type Claimed, messageOf } from './store/claim.ts';
import { giveBack } from './store/give-back.ts';

/** A restart takes seconds: it checks after 1, 2, 4 and 8 s, then every 15 s. */
const mostWaitSeconds = 15;

/**
 * Work that a pool would take if its service were up waits until its deadline, and its explanation names that
 * service. A short outage, such as a restart of the database or of the worker, is not an error of the request.
 */
export async function unplaced(ports: WorkerPorts, claimed: Claimed, what: Unplaced): Promise<void> {
  const { pools, request, explanation, cause, detail = 'noBackend' } = what;
  const waits = waitsFor(pools, request, ports.scheduling);
  const delaySeconds = Math.min(mostWaitSeconds, 2 ** (claimed.attempt - 1));
  if (waits === null || ports.clock.now() + delaySeconds * 1000 >= claimed.deadline) {
    const failed = { outcome: 'failed', cause, detail, isBusy: false, explanation } as const;
    return finish(ports, claimed, failed);
  }
  const back = await giveBack(ports.database, {
    ...{ id: claimed.id, attempt: claimed.attempt, now: timestamp(ports.clock), cause: waits },
    ...{ explanation: JSON.stringify({ ...explanation, waits }), waits: true, delay_seconds: delaySeconds },
  });
  ports.log.warn('operation-waits', { operation: claimed.id, kind: claimed.kind, cause: waits });
  if (back === null) return;
  await sendQueued(ports, back.next);
  await nudge(ports, schedulerQueue, messageOf(claimed), delaySeconds);
}

/** The pool that would take the work once its service is up; null: none would. */
function waitsFor(pools: Unplaced['pools'], request: Unplaced['request'], scheduling?: Scheduling): string | null {
  // Everything has just been started.
  if (pools.length === 0) return 'It waits for a back end: none has reported its pools yet.';
  const taker = takerOnceUp(pools, request, scheduling);
  if (taker === null) return null;
  const isNew = pools.some(({ name, isReported }) => name === taker && !isReported);
  return isNew
    ? `It waits for ${taker} to report its pools for the first time.`
    : `It waits for the service of ${taker}, which has not reported.`;
}
