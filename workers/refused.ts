// When a driver refuses a new volume, another pool is tried.
import { timestamp } from '../infra/clock/port.ts';
import { schedulerQueue } from '../schema/operations.ts';
import { DriverError, type DriverFailure } from './driver.ts';
import { sendQueued } from './finish.ts';
import { nudge } from './nudge.ts';
import type { WorkerPorts } from './ports.ts';
import { type Claimed, messageOf } from './store/claim.ts';
import { placeAgain } from './store/place-again.ts';
import type { RefusalJson } from './work/hints.ts';

/** It was surely not done, and the reason is one that another back end may not have. */
const refusing: readonly DriverFailure[] = ['no-space', 'not-supported', 'fatal'];

export interface Refused extends Omit<RefusalJson, 'pool'> {
  readonly outcome: 'refused';
}

/** Null when another pool would refuse it too, or when nobody knows what happened here. */
export function refusalOf(error: unknown): Refused | null {
  if (!(error instanceof DriverError) || !refusing.includes(error.failure)) return null;
  const detail = error.failure === 'no-space' ? 'noSpace' : 'driverFailedCreate';
  return { outcome: 'refused', cause: error.message, detail };
}

/** The scheduler chooses again, and knows which pools have refused. */
export async function placeElsewhere(ports: WorkerPorts, claimed: Claimed, refused: Refused): Promise<void> {
  const next = await placeAgain(ports.database, claimed, refused, timestamp(ports.clock));
  ports.log.warn('operation-refused', { operation: claimed.id, kind: claimed.kind, cause: refused.cause });
  if (next === null) return;
  await sendQueued(ports, next);
  await nudge(ports, schedulerQueue, messageOf(claimed));
}
