import { unmetSpec } from '../../../schema/extra-specs.ts';
import type { Filter, Pool } from '../pool.ts';

/** Passes pools that have what the type's extra specs ask for: those without a scope, and `capabilities:` ones. */
export const capabilities: Filter = (pool, request) => unmetSpec(capabilitiesOf(pool), request.extraSpecs);

/** What the database measures counts for more than what the driver said. */
const capabilitiesOf = (pool: Pool): Readonly<Record<string, unknown>> => ({
  thick_provisioning_support: !pool.thin,
  ...pool.capabilities,
  ...known({
    total_capacity_gb: pool.totalGiB,
    free_capacity_gb: pool.freeGiB,
    allocated_capacity_gb: pool.allocatedGiB,
    provisioned_capacity_gb: pool.provisionedGiB,
    reserved_percentage: pool.reservedPercentage,
    max_over_subscription_ratio: pool.maxOverSubscriptionRatio,
    thin_provisioning_support: pool.thin,
    pool_name: pool.name.split('#')[1],
  }),
});

const known = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
