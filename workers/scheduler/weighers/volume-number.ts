import type { Weigher } from '../pool.ts';

/** The number of its volumes. With the usual multiplier of −1, fewer is better. */
export const volumeNumberWeight: Weigher = (pool) => pool.volumeCount ?? 0;
