import type { Weigher } from '../pool.ts';

/** Any pool is as good as another: each has its own throw of the dice. */
export const chanceWeight: Weigher = (_pool, _request, random) => random();
