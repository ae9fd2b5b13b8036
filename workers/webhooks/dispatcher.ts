// The dispatcher: delivers events to subscriptions, in rounds. Several may run: each subscription is one's at a time.
import type { Clock } from '../../infra/clock/port.ts';
import type { Webhooks } from '../../infra/webhooks/port.ts';
import type { WorkerPorts } from '../ports.ts';
import { deliveriesOf } from './deliveries.ts';
import { workFinder } from './find-work.ts';
import { claimedLanes } from './lanes.ts';
import { pausesOf } from './pauses.ts';
import { restAfter } from './rest.ts';
import { settler } from './settler.ts';
import { turns } from './turns.ts';

/** How often it records how far it has read for those that had nothing to be delivered. */
const advanceMilliseconds = 60_000;
/** After a failure of the database. */
const againMilliseconds = 1_000;

export interface DispatcherPorts extends Pick<WorkerPorts, 'database' | 'clock' | 'ids' | 'log' | 'secrets'> {
  readonly webhooks: Webhooks;
}

/** How often it does what. */
export interface Pace {
  /** How often it looks for new events while it has subscriptions. */
  readonly pollMilliseconds: number;
  /** How often it renews its lease and claims new subscriptions. */
  readonly claimMilliseconds: number;
  /** How long it keeps its subscriptions without renewing: several times as long. */
  readonly leaseSeconds: number;
}

export interface DispatcherSettings {
  /** Requests to receivers at once, of all subscriptions. */
  readonly atOnce: number;
  /** Requests that begin in a second: the rest of the processor is for others. */
  readonly perSecond: number;
  readonly pace?: Pace;
}

export const defaultPace: Pace = { pollMilliseconds: 500, claimMilliseconds: 3_000, leaseSeconds: 20 };

/** Delivers until the signal is aborted, or with `untilIdle` until there is nothing to be delivered now. */
export async function dispatch(
  ports: DispatcherPorts,
  { pace = defaultPace, ...bounds }: DispatcherSettings,
  signal: AbortSignal,
  { untilIdle = false } = {},
): Promise<void> {
  const { clock, log } = ports;
  const isStopping = () => signal.aborted;
  const lanes = claimedLanes(ports, pace.leaseSeconds);
  const pauses = pausesOf(clock, signal);
  const settle = settler({ ...ports, isMine: lanes.isMine });
  const turn = turns(clock, bounds, isStopping);
  const deliveries = deliveriesOf({ ...ports, lanes, settle, turn, isStopping }, pauses.wake);
  const findWork = workFinder(ports, lanes, bounds.perSecond);
  const claim = everySoOften(clock, pace.claimMilliseconds, 0, lanes.claim);
  const advance = everySoOften(clock, advanceMilliseconds, clock.now() + advanceMilliseconds, lanes.advance);

  const deliver = async (): Promise<Round> => {
    if (lanes.all.size === 0) return 'without-subscriptions';
    const { works, mayHaveMore } = await findWork();
    for (const work of works) deliveries.begin(work);
    if (mayHaveMore) return 'busy';
    return deliveries.areUnderWay() ? 'quiet' : 'idle';
  };
  const round = async (): Promise<Round> => {
    await claim.ifDue();
    const outcome = await deliver();
    await advance.ifDue();
    return outcome;
  };
  const failed = (error: unknown): Round => {
    log.warn('dispatch-failed', { reason: String(error) });
    claim.soon();
    return 'failed';
  };
  const pauseAfter = {
    quiet: pace.pollMilliseconds,
    idle: pace.pollMilliseconds,
    'without-subscriptions': pace.claimMilliseconds,
    failed: againMilliseconds,
  };

  while (!isStopping()) {
    pauses.listen();
    const begun = clock.now();
    const outcome = await round().catch(failed);
    if (untilIdle && (outcome === 'idle' || lanes.all.size === 0)) break;
    const rest = restAfter(clock.now() - begun);
    await pauses.pause(rest, outcome === 'busy' ? rest : pauseAfter[outcome]);
  }
  await deliveries.ended();
  await lanes
    .advance()
    .then(() => lanes.release())
    .catch((error: unknown) => log.warn('dispatcher-not-released', { reason: String(error) }));
}

/** How a round went. `quiet`: nothing new, but deliveries are under way. `idle`: not even those. */
type Round = 'busy' | 'quiet' | 'idle' | 'without-subscriptions' | 'failed';

/** Work that is done at most every so many milliseconds. When it fails, it stays due. */
function everySoOften(clock: Clock, milliseconds: number, firstAt: number, work: () => Promise<void>) {
  let nextAt = firstAt;
  return {
    async ifDue(): Promise<void> {
      if (clock.now() < nextAt) return;
      await work();
      nextAt = clock.now() + milliseconds;
    },
    soon(): void {
      nextAt = 0;
    },
  };
}
