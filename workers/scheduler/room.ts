// How much room a pool can still promise, calculated as Cinder does.
import type { Pool, Request } from './pool.ts';

export interface Room {
  /** GiB that can still be promised; Infinity when the back end knows no limit. */
  readonly virtualFreeGiB: number;
  /** The most that may be allocated in all, for the compare-and-set; Infinity for no limit. */
  readonly ceilingGiB: number;
}

/** How many times its size a thin pool may promise. With `auto` it grows with what the pool has provisioned. */
export function ratioOf(pool: Pool): number {
  if (pool.capabilities.max_over_subscription_ratio !== 'auto') return pool.maxOverSubscriptionRatio;
  if (!pool.thin) return 1;
  const used = (pool.totalGiB ?? 0) - (pool.freeGiB ?? 0);
  return pool.provisionedGiB === 0 ? 20 : 1 + pool.provisionedGiB / (Math.max(0, used) + 1);
}

/** Null when the pool does not report its room, or has none at all. */
export function roomOf(pool: Pool, request: Request): Room | null {
  if (pool.freeGiB === null) return null;
  const isUnlimited = pool.totalGiB === null || pool.totalGiB === Number.POSITIVE_INFINITY;
  if (isUnlimited || pool.freeGiB === Number.POSITIVE_INFINITY) {
    if (isUnlimited && pool.reservedPercentage > 0) return null;
    return { virtualFreeGiB: Number.POSITIVE_INFINITY, ceilingGiB: Number.POSITIVE_INFINITY };
  }
  const total = pool.totalGiB ?? 0;
  if (total <= 0) return null;
  const available = total - Math.floor((total * pool.reservedPercentage) / 100);
  const isThin = pool.thin && request.extraSpecs['provisioning:type'] !== 'thick';
  const ratio = ratioOf(pool);
  if (isThin && ratio < 1) return null;
  const ceiling = isThin ? available * ratio : available;
  // Work in progress is counted as allocated before the back end has provisioned it.
  const promised = Math.max(pool.provisionedGiB, pool.allocatedGiB);
  const virtualFree = isThin ? ceiling - promised : Math.min(pool.freeGiB, available - promised);
  // Objects that are not ours take room that we never allocated.
  const foreign = Math.max(0, pool.provisionedGiB - pool.allocatedGiB);
  return { virtualFreeGiB: Math.round(virtualFree * 100) / 100, ceilingGiB: ceiling - foreign };
}
