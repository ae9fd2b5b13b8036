import type { Weigher } from '../pool.ts';

/** How many volumes it has; with its usual multiplier, −1, the fewer the better. */
export const volumeNumberWeight: Weigher = (pool) => pool.volumeCount ?? 0;
