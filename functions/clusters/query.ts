// The filters of the list of clusters.
import { booleanIn } from '../http/booleans.ts';
import { badRequest } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';
import { largestInteger } from '../http/schemas.ts';
import type { ClusterFilters } from './store.ts';

export const clusterFilters = {
  name: 'a cluster, or all of its back ends when it is named without @backend',
  binary: 'cinder-volume',
  is_up: 'whether one of its hosts is up',
  disabled: 'whether it takes no new volumes',
  num_hosts: 'how many hosts it has',
  num_down_hosts: 'how many of them are down',
  replication_status: 'what its hosts say of replication (3.26)',
  frozen: 'whether it is frozen (3.26)',
  active_backend_id: 'the replication target that serves it (3.26)',
} as const;

const ofReplication: readonly string[] = ['replication_status', 'frozen', 'active_backend_id'];

/** Throws the 400 of a filter that the version does not know, or of a value that it cannot have. */
export function readClusterFilters(call: Call): ClusterFilters {
  const { query } = call;
  const known = Object.keys(clusterFilters).filter(
    (name) => at(call, 'replicated-clusters') || !ofReplication.includes(name),
  );
  const unknown = [...new Set(query.keys())].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw badRequest(`Invalid input received: Invalid filter keys: ${unknown.join(', ')}`);
  // No name has a null character, and PostgreSQL takes none.
  const text = (name: string) => query.get(name)?.replaceAll('\u0000', '?') ?? null;
  const flag = (name: string) => readFlag(name, text(name));
  const count = (name: string) => readCount(name, text(name));
  return {
    name: text('name'),
    binary: text('binary')?.toLowerCase() ?? null,
    is_up: flag('is_up'),
    disabled: flag('disabled'),
    num_hosts: count('num_hosts'),
    num_down_hosts: count('num_down_hosts'),
    replication_status: text('replication_status')?.toLowerCase() ?? null,
    frozen: flag('frozen'),
    active_backend_id: text('active_backend_id'),
  };
}

function readFlag(filter: string, value: string | null): boolean | null {
  if (value === null) return null;
  const flag = booleanIn(value);
  if (flag !== null) return flag;
  throw badRequest(`Invalid input received: ${filter} must be a boolean, not '${value.slice(0, 255)}'.`);
}

function readCount(filter: string, value: string | null): number | null {
  if (value === null) return null;
  if (/^\d{1,10}$/.test(value) && Number(value) <= largestInteger) return Number(value);
  throw badRequest(`Invalid input received: ${filter} must be a number, not '${value.slice(0, 255)}'.`);
}
