import type { Filter } from '../pool.ts';

/** Passes back ends that have none of the volumes in the hint `different_host`. */
export const differentBackend: Filter = (pool, { hints }) => {
  const here = hints?.differentHosts.some((host) => host?.split('#')[0] === pool.backend);
  return here ? 'different_host names a volume on it' : null;
};
