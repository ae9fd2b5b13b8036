// The input of the scheduler's filters and weighers.

/** A pool as the database has it. Sizes in GiB; null is unknown, Infinity is no limit. */
export interface Pool {
  /** host@backend#pool */
  readonly name: string;
  readonly backend: string;
  readonly availabilityZone: string;
  readonly totalGiB: number | null;
  readonly freeGiB: number | null;
  readonly provisionedGiB: number;
  /** The total size of the volumes that are here or on their way. */
  readonly allocatedGiB: number;
  readonly reservedPercentage: number;
  readonly maxOverSubscriptionRatio: number;
  readonly thin: boolean;
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** How many volumes live here; null when not needed: see VolumeNumberWeigher. */
  readonly volumeCount: number | null;
  readonly isUp: boolean;
  readonly isDisabled: boolean;
  readonly isFrozen: boolean;
  /** cluster@backend; null when its service belongs to none. */
  readonly cluster: string | null;
  /** False for a back end that is being opened for the first time: only its name is known. */
  readonly isReported: boolean;
}

/** What has to be placed. */
export interface Request {
  readonly sizeGiB: number;
  /** The zone that the user named; null for any. */
  readonly availabilityZone: string | null;
  readonly extraSpecs: Readonly<Record<string, string>>;
  /** The host of its source snapshot or volume: it must live on the same back end. */
  readonly sourceHost: string | null;
  /** Where it already lives: there it needs no room, and it stays if it can. */
  readonly livesOn: string | null;
  /** The only pool that it may go to, or the only cluster, optionally with a pool; null for any. */
  readonly only: { readonly host: string } | { readonly cluster: string } | null;
  /** The back end of its group; null for any. */
  readonly groupBackend: string | null;
  /** Other wishes of the request, resolved. Absent: none. */
  readonly hints?: Hints;
  /** The pools that have already refused it, with their reasons. */
  readonly refusals?: readonly Refusal[];
  /** For the expressions of back ends: see docs/scheduler.md. */
  readonly volume?: Readonly<Record<string, unknown>>;
  readonly qosSpecs?: Readonly<Record<string, string>>;
}

export interface Hints {
  /**
   * The hosts of the volumes that it should be next to, one for each that was named; null when there is no such
   * volume.
   */
  readonly sameHosts: readonly (string | null)[];
  /** The hosts of the volumes that it must not be next to. */
  readonly differentHosts: readonly (string | null)[];
  /** The host of the server that it should be near; absent when none was named, null when unknown. */
  readonly instanceHost?: string | null;
}

export interface Refusal {
  readonly pool: string;
  readonly cause: string;
}

/** Returns why a pool does not fit, or null when it does. */
export type Filter = (pool: Pool, request: Request) => string | null;

/** How good a pool is, the larger the better. `random` gives numbers from 0 to 1. */
export type Weigher = (pool: Pool, request: Request, random: () => number) => number;
