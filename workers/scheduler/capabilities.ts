// The capabilities of a pool, under the names that extra specs and expressions use.
import type { Pool } from './pool.ts';
import { ratioOf } from './room.ts';

/** Different spellings of the same protocol by clients and drivers: a spec that asks for one accepts the others. */
const spellings: readonly (readonly string[])[] = [
  ['iSCSI', 'iscsi'],
  ['FC', 'fibre_channel', 'fc'],
  ['NFS', 'nfs'],
  ['NVMe-oF', 'NVMeOF', 'nvmeof'],
];

/** What the database measures takes precedence over what the driver reported. */
export function capabilitiesOf(pool: Pool): Readonly<Record<string, unknown>> {
  const reported = pool.capabilities;
  return {
    thick_provisioning_support: !pool.thin,
    ...reported,
    ...known({
      storage_protocol: spellings.find((ways) => ways.includes(String(reported.storage_protocol))),
      total_capacity_gb: pool.totalGiB,
      free_capacity_gb: pool.freeGiB,
      allocated_capacity_gb: pool.allocatedGiB,
      provisioned_capacity_gb: pool.provisionedGiB,
      reserved_percentage: pool.reservedPercentage,
      max_over_subscription_ratio: ratioOf(pool),
      total_volumes: pool.volumeCount,
      thin_provisioning_support: pool.thin,
      pool_name: pool.name.split('#')[1],
    }),
  };
}

const known = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
