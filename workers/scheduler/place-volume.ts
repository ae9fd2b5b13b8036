// Placing a new volume: decides, and takes host and room with the explanation kept.
import { timestamp } from '../../infra/clock/port.ts';
import { backendQueue, type Lane } from '../../schema/operations.ts';
import type { WorkerPorts } from '../ports.ts';
import { place, readPools } from '../store/place.ts';
import type { VolumeJson } from '../work/fragments.ts';
import type { Operation, Scheduled } from '../work/work.ts';
import { decide } from './decide.ts';
import type { Pool, Request } from './pool.ts';
import { roomOf } from './room.ts';

/** How often a decision is made again because somebody else took the room first. */
const mostDecisions = 5;

interface Given {
  readonly volume: VolumeJson;
  readonly zone: string | null;
  /** Where all volumes of its group live. */
  readonly groupBackend: string | null;
  /** The host of what it is made from. */
  readonly originHost: string | null;
  readonly lane: Lane;
}

export async function placeVolume(
  { volume, zone, groupBackend, originHost, lane }: Given,
  operation: Operation,
  found: readonly Pool[],
  ports: WorkerPorts,
): Promise<Scheduled> {
  const request: Request = {
    sizeGiB: volume.size_gib,
    availabilityZone: zone,
    extraSpecs: volume.extra_specs ?? {},
    groupBackend,
    livesOn: null,
    only: null,
    sourceHost: originHost,
  };
  let pools = found;
  for (let round = 1; round <= mostDecisions; round += 1) {
    if (round > 1) pools = await readPools(ports.database, timestamp(ports.clock));
    const outcome = await tryOnce(operation, lane, pools, request, ports);
    if (outcome !== 'no-room') return outcome;
  }
  return { outcome: 'failed', cause: 'Every pool that fitted was taken first.', detail: 'noBackend', isBusy: false };
}

async function tryOnce(operation: Operation, lane: Lane, pools: readonly Pool[], request: Request, ports: WorkerPorts) {
  const explanation = decide(pools, request);
  const pool = pools.find((one) => one.name === explanation.chosen);
  if (pool === undefined) {
    const cause = 'No valid backend was found. Every pool was filtered out.';
    return { outcome: 'no-pool', pools, request, explanation, cause } as const;
  }
  const queue = backendQueue(pool.backend, lane);
  const chosen = {
    pool: pool.name,
    queue,
    ceilingGiB: roomOf(pool, request)?.ceilingGiB ?? 0,
    sizeGiB: request.sizeGiB,
  };
  const outcome = await place(ports.database, operation, chosen, explanation, timestamp(ports.clock));
  if (outcome === 'no-room') return outcome;
  // Decided again from a fresh claim, which knows the back end of the group by then.
  if (outcome === 'group')
    return { outcome: 'unknown', cause: 'Another volume of the group was placed first.' } as const;
  return outcome === 'placed' ? ({ outcome: 'handed-on', queue } as const) : ({ outcome: 'lost' } as const);
}
