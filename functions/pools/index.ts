// Pools: where volumes can be placed, and how much room there is.
import { timestamp } from '../../infra/clock/port.ts';
import { unmetSpec } from '../../schema/extra-specs.ts';
import * as is from '../http/answer-types.ts';
import { booleanIn } from '../http/booleans.ts';
import { notFound } from '../http/faults.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { absentType } from '../types/store.ts';
import { poolRules } from './policy.ts';
import { type PoolQuery, readPoolQuery } from './query.ts';
import { listPools, readTypeSpecs } from './store.ts';
import { capabilitiesOf, capabilitiesType } from './view.ts';

async function list(call: Call) {
  const query = readPoolQuery(call);
  const specs = query.volumeType === null ? {} : await specsOf(call, query.volumeType);
  const isNamed = query.name?.includes('\u0000') !== true; // no pool is, and PostgreSQL takes none
  const now = timestamp(call.ports.clock);
  const rows = isNamed ? await listPools(call.ports.database, { name: query.name, now }) : [];
  const pools = rows
    .map((row) => ({ name: row.name, capabilities: capabilitiesOf(row) }))
    .filter((pool) => hasCapabilities(pool.capabilities, query) && unmetSpec(pool.capabilities, specs) === null);
  return { pools: query.withDetail ? pools : pools.map(({ name }) => ({ name })) };
}

async function specsOf(call: Call, type: string): Promise<Record<string, string>> {
  const specs = type.includes('\u0000') ? null : await readTypeSpecs(call.ports.database, type);
  if (specs === null) throw notFound(absentType(type));
  return JSON.parse(specs) as Record<string, string>; // a jsonb object of strings by the body schemas
}

/** Whether a pool says of itself what the query asks, compared as the capability's own kind. */
function hasCapabilities(has: Readonly<Record<string, unknown>>, query: PoolQuery): boolean {
  return [...query.capabilities].every(([key, wanted]) => {
    const value = Object.hasOwn(has, key) ? has[key] : undefined;
    if (typeof value === 'boolean') return booleanIn(wanted) === value;
    if (typeof value === 'number') return wanted.trim() !== '' && Number(wanted) === value;
    return value === wanted;
  });
}

export const pools: Resource = {
  name: 'pools',
  rules: poolRules,
  operations: [
    operation({
      name: 'pool-list',
      summary: 'List pools',
      method: 'GET',
      path: '/scheduler-stats/get_pools',
      policy: ['scheduler_extension:scheduler_stats:get_pools'],
      success: 200,
      queryParameters: {
        detail: 'with their capabilities',
        name: 'one pool (3.28)',
        volume_type: 'those that fit a volume type (3.35)',
      },
      answers: is.object({
        pools: is.listOf(is.object({ name: is.text, capabilities: is.optional(capabilitiesType) })),
      }),
      handler: list,
    }),
  ],
};
