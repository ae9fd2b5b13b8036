import type { Filter } from '../pool.ts';

/** The volumes of a group live on one back end: the one where its first was placed. */
export const groupBackend: Filter = (pool, request) =>
  request.groupBackend === null || request.groupBackend === pool.backend
    ? null
    : `its group is on ${request.groupBackend}`;
