import type { Filter } from '../pool.ts';

/** Passes pools that have not refused the volume already. */
export const ignoreAttempted: Filter = (pool, { refusals = [] }) => {
  const refused = refusals.find((one) => one.pool === pool.name);
  return refused === undefined ? null : `it was tried and refused: ${refused.cause}`;
};
