import type { Weigher } from '../pool.ts';

/** Any pool is as good as any other: each gets a random number. */
export const chanceWeight: Weigher = (_pool, _request, random) => random();
