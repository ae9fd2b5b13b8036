// What a back end reports: the room in its pools, and which of our objects it has.

/** Room and capabilities of one pool. Sizes in GiB; null is unknown, Infinity is no limit. */
export interface PoolStats {
  readonly name: string;
  readonly totalGiB: number | null;
  readonly freeGiB: number | null;
  /**
   * The total size of all volumes, which in a thin pool may exceed the pool's. Null when the back end would have to
   * be asked for each volume: then what Scoria has placed there counts.
   */
  readonly provisionedGiB: number | null;
  readonly reservedPercentage: number;
  readonly maxOverSubscriptionRatio: number;
  readonly thin: boolean;
  /** More capabilities that extra specs may ask for, by their name in Cinder (`QoS_support` …). */
  readonly capabilities: Readonly<Record<string, string | number | boolean>>;
}

export interface BackendStats {
  /** The back end's version, if it reports one. */
  readonly backendVersion?: string;
  readonly vendorName: string;
  readonly driverVersion: string;
  readonly storageProtocol: string;
  readonly pools: readonly PoolStats[];
}

/** An object on the back end that has our prefix. */
export interface Owned {
  /**
   * `connection`: what a back end that tells attachments apart has opened for one of them; its id is the
   * attachment's.
   */
  readonly kind: 'volume' | 'snapshot' | 'connection';
  readonly id: string;
  /** 0 for a connection. */
  readonly sizeGiB: number;
  /** The volume that a snapshot was taken of, if the back end knows; the volume of a connection. */
  readonly volumeId: string | null;
}

export interface OwnedPage {
  readonly items: readonly Owned[];
  /** Pass it on to get the next page; null at the end. */
  readonly next: string | null;
}
