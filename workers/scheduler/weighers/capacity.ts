import type { Weigher } from '../pool.ts';
import { roomOf } from '../room.ts';

/** The more room the better; a pool that knows no limit comes last, so that real room is used first. */
export const capacityWeight: Weigher = (pool, request) => {
  const free = roomOf(pool, request)?.virtualFreeGiB ?? 0;
  return free === Number.POSITIVE_INFINITY ? -1 : free;
};
