import type { Weigher } from '../pool.ts';
import { worthOf } from '../worth.ts';

/**
 * The value of the pool's `goodness_function`, from 0 to 100. True is 100; no value, an error or a number out of
 * range is 0.
 */
export const goodnessWeight: Weigher = (pool, request) => {
  const worth = worthOf(pool, request, 'goodness_function');
  if (worth === null || 'error' in worth) return 0;
  const values = worth.values.map((value) => (value === true ? 100 : typeof value === 'number' ? value : 0));
  return Math.max(0, ...values.filter((value) => value >= 0 && value <= 100));
};
