// The scheduler's decision as a pure function over plain rows: which pool, and why each other one not.
import { availabilityZone } from './filters/availability-zone.ts';
import { capabilities } from './filters/capabilities.ts';
import { capacity } from './filters/capacity.ts';
import { destination } from './filters/destination.ts';
import { groupBackend } from './filters/group-backend.ts';
import { serviceUp } from './filters/service-up.ts';
import { sourceBackend } from './filters/source-backend.ts';
import type { Filter, Pool, Request } from './pool.ts';
import { capacityWeight } from './weighers/capacity.ts';

const filters: readonly (readonly [string, Filter])[] = [
  ['ServiceUp', serviceUp],
  ['SourceBackend', sourceBackend],
  ['Destination', destination],
  ['GroupBackend', groupBackend],
  ['AvailabilityZone', availabilityZone],
  ['Capacity', capacity],
  ['Capabilities', capabilities],
];

/** The decision with its reasons, kept with the operation. */
export interface Explanation {
  readonly chosen: string | null;
  readonly weights: Readonly<Record<string, number>>;
  readonly dropped: readonly { readonly pool: string; readonly filter: string; readonly reason: string }[];
  /** What the work waits for, when nothing was chosen and it has not failed. */
  readonly waits?: string;
}

/** Work that no pool takes now. */
export interface Unplaced {
  readonly pools: readonly Pool[];
  readonly request: Request;
  readonly explanation: Explanation;
  /** Why it fails when there is nothing to wait for. */
  readonly cause: string;
}

/** More pools than this are counted and not listed: the explanation is a row's column and has to stay small. */
const mostListed = 50;

/** Filters the pools, weighs the rest, and takes the heaviest; ties go to the first by name. */
export function decide(pools: readonly Pool[], request: Request): Explanation {
  const dropped: { pool: string; filter: string; reason: string }[] = [];
  const fitting: { pool: Pool; weight: number }[] = [];
  for (const pool of pools) {
    const refusal = firstRefusal(pool, request);
    if (refusal === null) fitting.push({ pool, weight: capacityWeight(pool, request) });
    else dropped.push({ pool: pool.name, ...refusal });
  }
  fitting.sort((a, b) => b.weight - a.weight || (a.pool.name < b.pool.name ? -1 : 1));
  return {
    chosen: (fitting.find((one) => one.pool.name === request.livesOn) ?? fitting[0])?.pool.name ?? null,
    weights: Object.fromEntries(fitting.slice(0, mostListed).map((one) => [one.pool.name, finite(one.weight)])),
    dropped: dropped.slice(0, mostListed),
  };
}

/**
 * The pool that would take the work if its service were up: one that has not been heard of may be in a restart. Null: none
 * would.
 */
export function takerOnceUp(pools: readonly Pool[], request: Request): string | null {
  return decide(
    pools.filter((one) => !one.isUp).map((one) => ({ ...one, isUp: true })),
    request,
  ).chosen;
}

/** JSON has no infinity. */
const finite = (weight: number) => (Number.isFinite(weight) ? weight : weight > 0 ? Number.MAX_SAFE_INTEGER : -1);

function firstRefusal(pool: Pool, request: Request): { filter: string; reason: string } | null {
  for (const [filter, refuses] of filters) {
    const reason = refuses(pool, request);
    if (reason !== null) return { filter, reason };
  }
  return null;
}
