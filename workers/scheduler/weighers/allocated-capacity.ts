import type { Weigher } from '../pool.ts';

/** What is allocated on it; with its usual multiplier, −1, the less the better. */
export const allocatedCapacityWeight: Weigher = (pool) => pool.allocatedGiB;
