// The scheduler: claims an operation together with the pools, and lets the kind of work choose among them.
import { timestamp } from '../infra/clock/port.ts';
import type { Nudge } from '../infra/queue/port.ts';
import { schedulerQueue } from '../schema/operations.ts';
import { cancelled } from './cancelled.ts';
import { type Consumer, consume, type Handled } from './consumer.ts';
import { DriverError } from './driver.ts';
import { finish } from './finish.ts';
import { nudge } from './nudge.ts';
import { outcomeOf, WorkError } from './outcome.ts';
import type { WorkerPorts } from './ports.ts';
import { type Claimed, type ClaimRow, claim, kindOf, leaseSeconds, messageOf, readNeeds } from './store/claim.ts';
import { allPools, type PoolRow } from './store/pools.ts';
import { unplaced } from './unplaced.ts';
import { statementsOf } from './work/statements.ts';
import type { AnyWork, Scheduled } from './work/work.ts';

export function consumeScheduler(ports: WorkerPorts, workers: number): Consumer {
  const options = { workers, visibilitySeconds: leaseSeconds };
  return consume(ports, schedulerQueue, options, (delivery) => schedule(ports, delivery));
}

/** Handles one message of the scheduler's queue. */
export async function schedule(ports: WorkerPorts, { message }: { readonly message: Nudge }): Promise<Handled> {
  const kind = await kindOf(ports.database, message);
  if (kind === null) return 'nothing';
  const { work, claimToSchedule } = statementsOf(kind);
  if (work.schedule === undefined || claimToSchedule === null) throw new Error(`${kind} has nothing to choose.`);
  const found = await claim<ClaimRow & PoolRow>(ports.database, claimToSchedule, message, timestamp(ports.clock));
  if (found === null) return 'nothing';
  if (found === 'busy') return 'handled';
  const end = cancelled(found.claimed);
  if (end === null) await choose(ports, work.schedule, found.claimed, found.rows);
  else await finish(ports, found.claimed, end);
  return 'handled';
}

type Choosing = NonNullable<AnyWork['schedule']>;

/** Lets the kind of work choose, and writes the result. */
async function choose(
  ports: WorkerPorts,
  choosing: Choosing,
  claimed: Claimed,
  rows: readonly (ClaimRow & PoolRow)[],
): Promise<void> {
  let scheduled: Scheduled;
  try {
    const given = readNeeds(choosing.needs, claimed, rows[0] ?? {});
    const pools = choosing.isPoolless ? [] : await allPools(ports.database, rows, timestamp(ports.clock));
    scheduled = await choosing.run(given, claimed, pools, ports);
  } catch (error) {
    // What was to be placed is gone. For any other error the message is delivered again.
    if (!(error instanceof DriverError) && !(error instanceof WorkError)) throw error;
    scheduled = outcomeOf(error, 'noBackend');
  }
  if (scheduled.outcome === 'lost') return;
  if (scheduled.outcome === 'no-pool') return unplaced(ports, claimed, scheduled);
  if (scheduled.outcome !== 'handed-on') return finish(ports, claimed, scheduled);
  await nudge(ports, scheduled.queue, messageOf(claimed));
}
