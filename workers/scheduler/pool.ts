// What the scheduler's filters and weighers are given.

/** A pool as the database has it. Sizes in GiB; null is unknown, Infinity no limit. */
export interface Pool {
  /** host@backend#pool */
  readonly name: string;
  readonly backend: string;
  readonly availabilityZone: string;
  readonly totalGiB: number | null;
  readonly freeGiB: number | null;
  readonly provisionedGiB: number;
  /** What volumes that are here or on their way add up to. */
  readonly allocatedGiB: number;
  readonly reservedPercentage: number;
  readonly maxOverSubscriptionRatio: number;
  readonly thin: boolean;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly isUp: boolean;
  readonly isDisabled: boolean;
  readonly isFrozen: boolean;
  /** cluster@backend; null when its service is in none. */
  readonly cluster: string | null;
}

/** What is to be placed. */
export interface Request {
  readonly sizeGiB: number;
  /** The zone that the user named; null for any. */
  readonly availabilityZone: string | null;
  readonly extraSpecs: Readonly<Record<string, string>>;
  /** The host of the snapshot or volume it is made from: it has to live on that back end. */
  readonly sourceHost: string | null;
  /** Where it lives already: it needs no room there, and stays there when it can. */
  readonly livesOn: string | null;
  /** The only pool that it may go to, or the only cluster, with or without the pool; null for any. */
  readonly only: { readonly host: string } | { readonly cluster: string } | null;
  /** The back end of the group that it belongs to; null for any. */
  readonly groupBackend: string | null;
}

/** Says why a pool does not fit, or null when it does. */
export type Filter = (pool: Pool, request: Request) => string | null;

/** How good a pool is, the larger the better. */
export type Weigher = (pool: Pool, request: Request) => number;
