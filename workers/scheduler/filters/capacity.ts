import type { Filter } from '../pool.ts';
import { roomOf } from '../room.ts';

/** Passes pools that have room for the size of the request. */
export const capacity: Filter = (pool, request) => {
  // A volume that is moved within its back end, or managed there, needs no new room.
  if (pool.name === request.livesOn || request.sizeGiB === 0 || !pool.isReported) return null;
  const room = roomOf(pool, request);
  if (room === null) return 'it does not say how much room it has, or has none';
  return room.virtualFreeGiB >= request.sizeGiB
    ? null
    : `${request.sizeGiB} GiB are asked for and ${room.virtualFreeGiB} GiB are free`;
};
