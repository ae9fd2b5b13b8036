// What a back end says of itself: the room in its pools, and what of ours it has.

/** The room and the abilities of one pool. Sizes in GiB; null is unknown, Infinity is no limit. */
export interface PoolStats {
  readonly name: string;
  readonly totalGiB: number | null;
  readonly freeGiB: number | null;
  /**
   * The sum of the sizes promised to volumes, which in a thin pool may be more than the total. Null where it cannot be
   * told without asking for each volume: then what Scoria has placed there counts.
   */
  readonly provisionedGiB: number | null;
  readonly reservedPercentage: number;
  readonly maxOverSubscriptionRatio: number;
  readonly thin: boolean;
  /** Further capabilities that extra specs may ask for, by their name in Cinder (`QoS_support` …). */
  readonly capabilities: Readonly<Record<string, string | number | boolean>>;
}

export interface BackendStats {
  /** What the back end says of its own version, where it does. */
  readonly backendVersion?: string;
  readonly vendorName: string;
  readonly driverVersion: string;
  readonly storageProtocol: string;
  readonly pools: readonly PoolStats[];
}

/** An object on the back end that bears our prefix. */
export interface Owned {
  /** A connection is what a back end that tells attachments apart has opened for one: its id is the attachment's. */
  readonly kind: 'volume' | 'snapshot' | 'connection';
  readonly id: string;
  /** 0 for a connection. */
  readonly sizeGiB: number;
  /** The volume that a snapshot was taken of, where the back end knows; the volume of a connection. */
  readonly volumeId: string | null;
}

export interface OwnedPage {
  readonly items: readonly Owned[];
  /** Hand it back to read on; null at the end. */
  readonly next: string | null;
}
