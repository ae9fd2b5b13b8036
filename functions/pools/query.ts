// Which pools a request asks for.
import { queryFlag } from '../http/booleans.ts';
import { badRequest } from '../http/faults.ts';
import { at, type Call } from '../http/operation.ts';

export interface PoolQuery {
  readonly withDetail: boolean;
  /** `host@backend#pool` */
  readonly name: string | null;
  /** The id or name of a volume type whose extra specs the pools have to meet. */
  readonly volumeType: string | null;
  /** Capabilities by name, each as its text. */
  readonly capabilities: ReadonlyMap<string, string>;
}

/**
 * Filters begin at 3.28 with any capability; from 3.31 only name and volume_type are known, to admins too; and
 * volume_type works from 3.35.
 */
export function readPoolQuery(call: Call<unknown>): PoolQuery {
  const withDetail = queryFlag(call.query, 'detail');
  const filters = new Map(call.query);
  filters.delete('detail');
  if (!at(call, 'pool-filters')) return { withDetail, name: null, volumeType: null, capabilities: new Map() };
  const name = filters.get('name') ?? null;
  const volumeType = at(call, 'pools-of-type') ? (filters.get('volume_type') ?? null) : null;
  filters.delete('name');
  filters.delete('volume_type');
  if (at(call, 'refuse-unknown-filters') && filters.size > 0) {
    throw badRequest(`Invalid filters ${[...filters.keys()].join(',')} are found in query options.`);
  }
  return { withDetail, name, volumeType, capabilities: filters };
}
