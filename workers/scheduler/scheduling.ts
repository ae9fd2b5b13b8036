// Which filters and weighers decide, by the names that operators know from Cinder.
import { availabilityZone } from './filters/availability-zone.ts';
import { capabilities } from './filters/capabilities.ts';
import { capacity } from './filters/capacity.ts';
import { destination } from './filters/destination.ts';
import { differentBackend } from './filters/different-backend.ts';
import { driverFilter } from './filters/driver.ts';
import { groupBackend } from './filters/group-backend.ts';
import { ignoreAttempted } from './filters/ignore-attempted.ts';
import { instanceLocality } from './filters/instance-locality.ts';
import { sameBackend } from './filters/same-backend.ts';
import { serviceUp } from './filters/service-up.ts';
import { sourceBackend } from './filters/source-backend.ts';
import type { Filter, Weigher } from './pool.ts';
import { allocatedCapacityWeight } from './weighers/allocated-capacity.ts';
import { capacityWeight } from './weighers/capacity.ts';
import { chanceWeight } from './weighers/chance.ts';
import { goodnessWeight } from './weighers/goodness.ts';
import { volumeNumberWeight } from './weighers/volume-number.ts';

/** Without these a volume could be placed where it cannot live, so they cannot be switched off. */
export const fixedFilters: readonly (readonly [string, Filter])[] = [
  ['ServiceUp', serviceUp],
  ['SourceBackend', sourceBackend],
  ['Destination', destination],
  ['GroupBackend', groupBackend],
  ['IgnoreAttemptedHosts', ignoreAttempted],
];

export const filters = {
  AvailabilityZone: availabilityZone,
  Capacity: capacity,
  Capabilities: capabilities,
  Driver: driverFilter,
  SameBackend: sameBackend,
  DifferentBackend: differentBackend,
  InstanceLocality: instanceLocality,
} as const satisfies Readonly<Record<string, Filter>>;

export type FilterName = keyof typeof filters;

export const weighers = {
  Capacity: { weigher: capacityWeight, multiplier: 1 },
  AllocatedCapacity: { weigher: allocatedCapacityWeight, multiplier: -1 },
  VolumeNumber: { weigher: volumeNumberWeight, multiplier: -1 },
  Goodness: { weigher: goodnessWeight, multiplier: 1 },
  Chance: { weigher: chanceWeight, multiplier: 1 },
} as const satisfies Readonly<Record<string, { readonly weigher: Weigher; readonly multiplier: number }>>;

export type WeigherName = keyof typeof weighers;

export interface Scheduling {
  /** In this order: the first that refuses a pool is the reason given. */
  readonly filters: readonly FilterName[];
  readonly weighers: readonly { readonly name: WeigherName; readonly multiplier: number }[];
  /**
   * `heaviest` takes the best pool; `stochastic` picks at random, with twice the chance for a pool that is twice as
   * good.
   */
  readonly choice: 'heaviest' | 'stochastic';
  /** How many pools are tried when drivers refuse. */
  readonly mostAttempts: number;
}

export const defaultScheduling: Scheduling = {
  filters: Object.keys(filters) as FilterName[], // its own keys
  weighers: [{ name: 'Capacity', multiplier: 1 }],
  choice: 'heaviest',
  mostAttempts: 3,
};
