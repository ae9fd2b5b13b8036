import type { Filter } from '../pool.ts';

/** Passes only the pool that an administrator has named, where one was named. */
export const destination: Filter = (pool, request) =>
  request.only === null || request.only === pool.name ? null : `the destination is ${request.only}`;
