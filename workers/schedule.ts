// The scheduler: claims with the pools beside it, decides, and takes host and room with the explanation kept.
import { timestamp } from '../infra/clock/port.ts';
import type { Nudge } from '../infra/queue/port.ts';
import { backendQueue, laneOf, schedulerQueue } from '../schema/operations.ts';
import { type Consumer, consume } from './consumer.ts';
import { end } from './end.ts';
import type { WorkerPorts } from './ports.ts';
import { scheduleManage, scheduleMove } from './schedule-move.ts';
import { decide } from './scheduler/decide.ts';
import type { Pool, Request } from './scheduler/pool.ts';
import { roomOf } from './scheduler/room.ts';
import { type Claimed, leaseSeconds, messageOf } from './store/claim.ts';
import { claimToSchedule, place, readPools } from './store/place.ts';
import { unplaced } from './unplaced.ts';

/** How often a decision is made again because somebody else took the room first. */
const mostDecisions = 5;

export function consumeScheduler(ports: WorkerPorts, workers: number): Consumer {
  const options = { workers, visibilitySeconds: leaseSeconds };
  return consume(ports, schedulerQueue, options, (delivery) => schedule(ports, delivery));
}

/** Works on one message of the scheduler's queue. */
export async function schedule(ports: WorkerPorts, delivery: { readonly message: Nudge }): Promise<void> {
  const found = await claimToSchedule(ports.database, delivery.message, timestamp(ports.clock));
  if (found === null || found === 'busy') return;
  const { claimed } = found;
  if (claimed.kind === 'volume.retype' || claimed.kind === 'volume.migrate') {
    return scheduleMove(ports, claimed, found.pools);
  }
  if (claimed.kind === 'volume.manage') return scheduleManage(ports, claimed, found.pools);
  const request = requestOf(claimed);
  let pools = found.pools;
  for (let round = 1; request !== null && round <= mostDecisions; round += 1) {
    if (round > 1) pools = await readPools(ports.database, timestamp(ports.clock));
    const outcome = await tryOnce(ports, claimed, pools, request);
    if (outcome !== 'no-room') return;
  }
  const cause = request === null ? 'The volume does not exist any more.' : 'Every pool that fitted was taken first.';
  await end(
    ports,
    { ...claimed, previousStatus: null },
    { outcome: 'failed', cause, detail: 'noBackend', isBusy: false },
  );
}

function requestOf(claimed: Claimed): Request | null {
  const resource = claimed.resource;
  if (resource === null) return null;
  const zone = claimed.arguments.zone;
  return {
    sizeGiB: resource.volume.size_gib,
    availabilityZone: typeof zone === 'string' ? zone : null,
    extraSpecs: resource.volume.extra_specs ?? {},
    groupBackend: resource.group?.backend ?? null,
    livesOn: null,
    only: null,
    sourceHost: resource.source_snapshot?.volume.host ?? resource.source_volume?.host ?? null,
  };
}

async function tryOnce(ports: WorkerPorts, claimed: Claimed, pools: Pool[], request: Request) {
  const explanation = decide(pools, request);
  const pool = pools.find((one) => one.name === explanation.chosen);
  if (pool === undefined) {
    const cause = 'No valid backend was found. Every pool was filtered out.';
    await unplaced(ports, claimed, { pools, request, explanation, cause });
    return 'unplaced';
  }
  const queue = backendQueue(pool.backend, laneOf(claimed.kind, claimed.arguments));
  const chosen = {
    pool: pool.name,
    queue,
    ceilingGiB: roomOf(pool, request)?.ceilingGiB ?? 0,
    sizeGiB: request.sizeGiB,
  };
  const outcome = await place(ports.database, claimed, chosen, explanation, timestamp(ports.clock));
  if (outcome === 'group') {
    // Decided again from a fresh claim, which knows the back end of the group by then.
    const cause = 'Another volume of the group was placed first.';
    await end(ports, { ...claimed, previousStatus: null }, { outcome: 'unknown', cause });
  }
  if (outcome !== 'placed') return outcome;
  await ports.queue.send(queue, [messageOf(claimed)]);
  return outcome;
}
