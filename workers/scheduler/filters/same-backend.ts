import type { Filter } from '../pool.ts';

/** Passes the back ends of the volumes in the hint `same_host`. A volume that does not exist is on no back end. */
export const sameBackend: Filter = (pool, { hints }) => {
  const other = hints?.sameHosts.find((host) => host?.split('#')[0] !== pool.backend);
  if (other === undefined) return null;
  return other === null ? 'same_host names a volume that is nowhere' : `same_host names a volume on ${other}`;
};
