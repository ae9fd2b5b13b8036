// Placing a new volume: decides, then takes host and room and stores the explanation.
import { timestamp } from '../../infra/clock/port.ts';
import { backendQueue, type Lane } from '../../schema/operations.ts';
import type { WorkerPorts } from '../ports.ts';
import { place } from '../store/place.ts';
import { readPools } from '../store/pools.ts';
import type { VolumeJson, VolumeMore } from '../work/fragments.ts';
import type { HintJson, RefusalJson } from '../work/hints.ts';
import type { Operation, Scheduled } from '../work/work.ts';
import { askedOf } from './asked.ts';
import { decideNow } from './deciding.ts';
import { lookUp } from './hints.ts';
import type { Pool, Request } from './pool.ts';
import { roomOf } from './room.ts';
import { defaultScheduling } from './scheduling.ts';

/** How often a decision is repeated because somebody else took the room first. */
const mostDecisions = 5;

interface Given {
  readonly volume: VolumeJson & Pick<VolumeMore, 'is_encrypted'>;
  readonly zone: string | null;
  /** Where all volumes of its group are. */
  readonly groupBackend: string | null;
  /** The host of its source. */
  readonly originHost: string | null;
  readonly lane: Lane;
  readonly hints: HintJson;
  readonly refusals: readonly RefusalJson[];
}

export async function placeVolume(
  { volume, zone, groupBackend, originHost, lane, hints, refusals }: Given,
  operation: Operation,
  found: readonly Pool[],
  ports: WorkerPorts,
): Promise<Scheduled> {
  const request: Request = {
    sizeGiB: volume.size_gib,
    availabilityZone: zone,
    extraSpecs: askedOf(volume),
    groupBackend,
    livesOn: null,
    only: null,
    sourceHost: originHost,
    hints: await lookUp(hints, ports),
    refusals: refusals.map(({ pool, cause }) => ({ pool, cause })),
    volume: { id: volume.id, availability_zone: zone, encrypted: volume.is_encrypted },
    qosSpecs: volume.qos_specs ?? {},
  };
  const placing = { operation, lane, request, refusals };
  let pools = found;
  for (let round = 1; round <= mostDecisions; round += 1) {
    if (round > 1) pools = await readPools(ports.database, timestamp(ports.clock));
    const outcome = await tryOnce(placing, pools, ports);
    if (outcome !== 'no-room') return outcome;
  }
  return { outcome: 'failed', cause: 'Every pool that fitted was taken first.', detail: 'noBackend', isBusy: false };
}

interface Placing {
  readonly operation: Operation;
  readonly lane: Lane;
  readonly request: Request;
  readonly refusals: readonly RefusalJson[];
}

async function tryOnce({ operation, lane, request, refusals }: Placing, pools: readonly Pool[], ports: WorkerPorts) {
  const explanation = await decideNow(ports, pools, request);
  const { mostAttempts } = ports.scheduling ?? defaultScheduling;
  const last = refusals.at(-1);
  if (last !== undefined && refusals.length >= mostAttempts) {
    const cause = `${last.cause} ${refusals.length} pools have refused it, and no more are tried.`;
    const { detail } = last;
    return { outcome: 'failed', cause, detail, isBusy: false, explanation: { ...explanation, chosen: null } } as const;
  }
  const pool = pools.find((one) => one.name === explanation.chosen);
  if (pool === undefined) {
    const cause = 'No valid backend was found. Every pool was filtered out.';
    const without = { outcome: 'no-pool', pools, request, explanation } as const;
    if (last === undefined) return { ...without, cause };
    return { ...without, cause: `${last.cause} No other pool takes it.`, detail: last.detail };
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
  // Decided again after a fresh claim, which then knows the back end of the group.
  if (outcome === 'group')
    return { outcome: 'unknown', cause: 'Another volume of the group was placed first.' } as const;
  return outcome === 'placed' ? ({ outcome: 'handed-on', queue } as const) : ({ outcome: 'lost' } as const);
}
