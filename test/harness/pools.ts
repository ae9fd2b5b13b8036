// Pools as the scheduler sees them, for tests.
import type { Pool } from '../../workers/scheduler/pool.ts';

/** A pool with room that takes work, named host@backend#pool. */
export const poolNamed = (name: string, fields: Partial<Pool> = {}): Pool => ({
  name,
  backend: name.split('#')[0] ?? '',
  availabilityZone: 'nova',
  totalGiB: 100,
  freeGiB: 100,
  provisionedGiB: 0,
  allocatedGiB: 0,
  reservedPercentage: 0,
  maxOverSubscriptionRatio: 1,
  thin: true,
  capabilities: {},
  volumeCount: null,
  isUp: true,
  isDisabled: false,
  isFrozen: false,
  cluster: null,
  isReported: true,
  ...fields,
});
