import type { Weigher } from '../pool.ts';

/** The allocated room. With the usual multiplier of −1, less is better. */
export const allocatedCapacityWeight: Weigher = (pool) => pool.allocatedGiB;
