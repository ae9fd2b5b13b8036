import type { Weigher } from '../pool.ts';
import { roomOf } from '../room.ts';

/** More room is better. A pool without a known limit comes last, so that real room is used first. */
export const capacityWeight: Weigher = (pool, request) => {
  const free = roomOf(pool, request)?.virtualFreeGiB ?? 0;
  return free === Number.POSITIVE_INFINITY ? -1 : free;
};
