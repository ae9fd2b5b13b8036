import type { Filter } from '../pool.ts';
import { worthOf } from '../worth.ts';

/** Passes pools whose `filter_function` is true for the volume, and pools without one. */
export const driverFilter: Filter = (pool, request) => {
  const worth = worthOf(pool, request, 'filter_function');
  if (worth === null) return null;
  if ('error' in worth) return `its filter function cannot be used: ${worth.error}`;
  return worth.values.some((value) => value !== false && value !== 0 && value !== '')
    ? null
    : `its filter function is not true: ${worth.source}`;
};
