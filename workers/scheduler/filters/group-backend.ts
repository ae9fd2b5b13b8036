import type { Filter } from '../pool.ts';

/** All volumes of a group live on one back end: where the first of them was placed. */
export const groupBackend: Filter = (pool, request) =>
  request.groupBackend === null || request.groupBackend === pool.backend
    ? null
    : `its group is on ${request.groupBackend}`;
