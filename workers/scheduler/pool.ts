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
  /** How many volumes live here; null where nobody has asked: see VolumeNumberWeigher. */
  readonly volumeCount: number | null;
  readonly isUp: boolean;
  readonly isDisabled: boolean;
  readonly isFrozen: boolean;
  /** cluster@backend; null when its service is in none. */
  readonly cluster: string | null;
  /** False for a back end that is being opened for the first time: it has a name, and nothing else is known of it. */
  readonly isReported: boolean;
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
  /** What else the request has asked for, looked up. Absent: nothing. */
  readonly hints?: Hints;
  /** The pools that have refused it already, with what they said. */
  readonly refusals?: readonly Refusal[];
  /** For the expressions of back ends: see docs/scheduler.md. */
  readonly volume?: Readonly<Record<string, unknown>>;
  readonly qosSpecs?: Readonly<Record<string, string>>;
}

export interface Hints {
  /**
   * The hosts of the volumes that it is to be beside, one for each that was named; null where there is no such
   * volume.
   */
  readonly sameHosts: readonly (string | null)[];
  /** Those that it must not be beside. */
  readonly differentHosts: readonly (string | null)[];
  /** The host of the server that it is to be near; absent when it names none, null when nobody knows. */
  readonly instanceHost?: string | null;
}

export interface Refusal {
  readonly pool: string;
  readonly cause: string;
}

/** Says why a pool does not fit, or null when it does. */
export type Filter = (pool: Pool, request: Request) => string | null;

/** How good a pool is, the larger the better. `random` gives numbers from 0 to 1. */
export type Weigher = (pool: Pool, request: Request, random: () => number) => number;
