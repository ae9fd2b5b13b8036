import type { Filter } from '../pool.ts';

/** Passes pools whose worker reports, and which nobody has disabled or frozen. */
export const serviceUp: Filter = (pool) => {
  if (!pool.isReported && !pool.isUp) return 'its back end is being opened and has not reported yet';
  if (!pool.isUp) return 'its service has not reported';
  if (pool.isDisabled) return 'its service is disabled';
  return pool.isFrozen ? 'its back end is frozen' : null;
};
