import type { Filter, Pool } from '../pool.ts';

/** If an administrator named a pool or a cluster, passes only that pool, or the pools of that cluster. */
export const destination: Filter = (pool, { only }) => {
  if (only === null) return null;
  if ('host' in only) return only.host === pool.name ? null : `the destination is ${only.host}`;
  return isOf(pool, only.cluster) ? null : `the destination is the cluster ${only.cluster}`;
};

function isOf(pool: Pool, named: string): boolean {
  const [cluster, name] = named.split('#');
  return pool.cluster === cluster && (name === undefined || name === '' || name === pool.name.split('#')[1]);
}
