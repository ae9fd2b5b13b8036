import type { Filter } from '../pool.ts';

/** A copy is made where its source is: only that back end can read it. */
export const sourceBackend: Filter = (pool, request) =>
  request.sourceHost === null || request.sourceHost.split('#')[0] === pool.backend
    ? null
    : `the source is on ${request.sourceHost}`;
