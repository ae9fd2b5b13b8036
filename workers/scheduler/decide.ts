// The scheduler's decision as a pure function of plain rows: which pool, and why not each of the others.

import { heaviest, lots, type Weighed } from './choices.ts';
import type { Pool, Refusal, Request } from './pool.ts';
import { defaultScheduling, filters, fixedFilters, type Scheduling, weighers } from './scheduling.ts';

/** The decision with its reasons, stored with the operation. */
export interface Explanation {
  readonly chosen: string | null;
  /** How many pools there were. */
  readonly considered: number;
  /** For each pool that fits, the sum of its weights, from the heaviest down. */
  readonly weights: Readonly<Record<string, number>>;
  /** What each weigher gave it before normalisation, with its multiplier. */
  readonly weighed: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly dropped: readonly { readonly pool: string; readonly filter: string; readonly reason: string }[];
  /** The pools whose drivers have already refused it. */
  readonly refusals?: readonly Refusal[];
  /** What the work waits for, if nothing was chosen and it has not failed. */
  readonly waits?: string;
}

/** Work that no pool can take now. */
export interface Unplaced {
  readonly pools: readonly Pool[];
  readonly request: Request;
  readonly explanation: Explanation;
  /** Why it fails, if there is nothing to wait for. */
  readonly cause: string;
  /** The driver that refused last knows more about the failure than "there is no other pool". */
  readonly detail?: 'noSpace' | 'driverFailedCreate';
}

/** Pools beyond this number are counted but not listed: the explanation is stored in a row and must stay small. */
const mostListed = 50;

/** Filters the pools, weighs the rest and takes one of them. Ties go to the first by name. */
export function decide(
  pools: readonly Pool[],
  request: Request,
  scheduling: Scheduling = defaultScheduling,
  random: () => number = () => 0,
): Explanation {
  const used = [...fixedFilters, ...scheduling.filters.map((name) => [name, filters[name]] as const)];
  const dropped: { pool: string; filter: string; reason: string }[] = [];
  const fitting: Pool[] = [];
  for (const pool of pools) {
    const refusal = firstRefusal(used, pool, request);
    if (refusal === null) fitting.push(pool);
    else dropped.push({ pool: pool.name, ...refusal });
  }
  const weighed = weigh(fitting, request, scheduling, random);
  const stays = weighed.find((one) => one.pool === request.livesOn);
  const listed = weighed.slice(0, mostListed);
  return {
    chosen: (stays ?? (scheduling.choice === 'stochastic' ? lots(weighed, random) : heaviest(weighed)))?.pool ?? null,
    considered: pools.length,
    weights: Object.fromEntries(listed.map((one) => [one.pool, one.weight])),
    weighed: Object.fromEntries(listed.map((one) => [one.pool, one.values])),
    dropped: dropped.slice(0, mostListed),
    ...(request.refusals !== undefined && request.refusals.length > 0 && { refusals: request.refusals }),
  };
}

/**
 * The pool that would take the work if its service were up: one that has not reported may be restarting, and one that
 * has never reported is being opened. Null: none would.
 */
export function takerOnceUp(pools: readonly Pool[], request: Request, scheduling?: Scheduling): string | null {
  return decide(
    pools.filter((one) => !one.isUp).map((one) => ({ ...one, isUp: true })),
    request,
    scheduling,
  ).chosen;
}

function firstRefusal(
  used: readonly (readonly [string, (typeof fixedFilters)[number][1]])[],
  pool: Pool,
  request: Request,
): { filter: string; reason: string } | null {
  for (const [filter, refuses] of used) {
    const reason = refuses(pool, request);
    if (reason !== null) return { filter, reason };
  }
  return null;
}

/** Weighers use GiB, counts or points: each is scaled to 0..1 over all pools before they are added. */
function weigh(
  pools: readonly Pool[],
  request: Request,
  scheduling: Scheduling,
  random: () => number,
): readonly Weighed[] {
  const columns = scheduling.weighers.map(({ name, multiplier }) => {
    const values = pools.map((pool) => finite(weighers[name].weigher(pool, request, random)));
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const span = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - least;
    return { name, multiplier, values, shares: values.map((one) => (span === 0 ? 0 : (one - least) / span)) };
  });
  const weighed = pools.map((pool, index) => ({
    pool: pool.name,
    weight: columns.reduce((sum, { multiplier, shares }) => sum + multiplier * (shares[index] ?? 0), 0),
    values: Object.fromEntries(columns.map(({ name, values }) => [name, values[index] ?? 0])),
  }));
  return weighed.sort((a, b) => b.weight - a.weight || (a.pool < b.pool ? -1 : 1));
}

/** JSON has no infinity. */
const finite = (weight: number) => (Number.isFinite(weight) ? weight : weight > 0 ? Number.MAX_SAFE_INTEGER : -1);
