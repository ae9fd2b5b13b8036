import type { Filter } from '../pool.ts';

/** Passes the back ends on the host of the server in the hint `local_to_instance`. */
export const instanceLocality: Filter = (pool, { hints }) => {
  const host = hints?.instanceHost;
  if (host === undefined || host === pool.backend.split('@')[0]) return null;
  return host === null
    ? 'local_to_instance names a server whose host is not known'
    : `local_to_instance names a server on ${host}`;
};
