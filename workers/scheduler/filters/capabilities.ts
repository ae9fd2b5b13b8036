import type { Filter, Pool } from '../decide.ts';
import { matches } from '../operators.ts';

/** Passes pools that have what the type's extra specs ask for: those without a scope, and `capabilities:` ones. */
export const capabilities: Filter = (pool, request) => {
  for (const [key, wanted] of Object.entries(request.extraSpecs)) {
    const path = key.split(':');
    if (path.length > 1 && path[0] !== 'capabilities') continue;
    if (key === 'multiattach' || path[0] === 'RESKEY') continue;
    const has = lookUp(pool, path[0] === 'capabilities' ? path.slice(1) : path);
    if (has === undefined) return `it has no capability ${key}`;
    if (!matches(has, wanted)) return `its ${key} is ${String(has)}, not ${wanted}`;
  }
  return null;
};

const own: Readonly<Record<string, (pool: Pool) => unknown>> = {
  total_capacity_gb: (pool) => pool.totalGiB,
  free_capacity_gb: (pool) => pool.freeGiB,
  allocated_capacity_gb: (pool) => pool.allocatedGiB,
  provisioned_capacity_gb: (pool) => pool.provisionedGiB,
  reserved_percentage: (pool) => pool.reservedPercentage,
  max_over_subscription_ratio: (pool) => pool.maxOverSubscriptionRatio,
  thin_provisioning_support: (pool) => pool.thin,
  thick_provisioning_support: (pool) => !pool.thin,
  pool_name: (pool) => pool.name.split('#')[1],
};

function lookUp(pool: Pool, path: readonly string[]): unknown {
  const [first = '', ...rest] = path;
  const known = Object.hasOwn(own, first) ? own[first]?.(pool) : undefined;
  let value = known ?? (Object.hasOwn(pool.capabilities, first) ? pool.capabilities[first] : undefined);
  for (const key of rest) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
