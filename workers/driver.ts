// The driver contract: what a volume worker asks of a storage back end.
//
// A driver imports this file and workers/driver-kit/ and nothing else of ours, so that it could be lifted into
// another project. One suite (test/drivers) checks every driver against the guarantees written here.
//
// - The same id with the same arguments gives the same result, however often it is asked: a queue delivers twice.
// - The same id with other arguments fails with `conflict`.
// - Removing what is gone succeeds. connect and disconnect are idempotent by volume, host and attachment.
// - What `connect` has opened is open again, in the same words, after the back end was restarted, without being asked.
// - Every call takes a signal, and behind it is a deadline: a driver that cannot finish in time rejects.
// - No secret ever appears in an error.

import type { BackendStats, OwnedPage } from './driver-kit/inventory.ts';
import type { DriverPorts } from './driver-kit/ports.ts';

export type { BackendStats, Owned, OwnedPage, PoolStats } from './driver-kit/inventory.ts';
export type { DriverPorts } from './driver-kit/ports.ts';

/** One kind of failure for each thing the worker can do about it. */
export type DriverFailure =
  | 'transient' // try again with the same id; the effect may or may not have happened
  | 'busy' // something on the back end uses it now; surely not done
  | 'conflict' // the id exists with other arguments; surely not done
  | 'not-supported' // this driver never will; surely not done
  | 'no-space' // surely not done
  | 'gone' // what it needs is not there; surely not done
  | 'fatal'; // refused for good; surely not done

export class DriverError extends Error {
  readonly failure: DriverFailure;

  /** `message` is shown to the operator, and its first sentence to the user: what happened, no secrets. */
  constructor(failure: DriverFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DriverError';
    this.failure = failure;
  }
}

/** What every call is given: its deadline as a signal. */
export interface DriverCall {
  readonly signal: AbortSignal;
  /**
   * Which try of the operation it is: grows with each. A worker that lost its lease may still be at an earlier one,
   * so what is half made is named after it. Absent in calls of no operation (`stats`).
   */
  readonly attempt?: number;
}

/** A volume as drivers know it. The object on the back end bears the id in its name. */
export interface Volume {
  readonly id: string;
  readonly sizeGiB: number;
  /** The pool on this back end that the scheduler chose. */
  readonly pool: string;
  /** What the driver returned when it made the volume; opaque to everyone else. */
  readonly location: string | null;
  /** QoS specs whose consumer is the back end, and the type's extra specs. */
  readonly qos: Readonly<Record<string, string>>;
  readonly extraSpecs: Readonly<Record<string, string>>;
  /**
   * Its bytes are LUKS, and its type leaves opening them to the back end: hosts are connected to the plain bytes behind
   * the header, everything else (`openData`, snapshots, copies) deals with the bytes as they lie. A new one is formatted
   * by the worker. The passphrase: DriverPorts.passphrase. Asked of back ends with `opensEncrypted` only.
   */
  readonly isEncrypted?: true;
}

export interface Snapshot {
  readonly id: string;
  readonly volume: Volume;
  readonly location: string | null;
}

/** Where the data of a new volume comes from. */
export type Source =
  | { readonly kind: 'blank' }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'volume'; readonly volume: Volume };

/** What is opened to be read or written by the worker itself. */
export type DataTarget =
  | { readonly kind: 'volume'; readonly volume: Volume }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };

/** Bytes from `offset` on. */
export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The bytes of a volume or snapshot in the worker's hands, for backups and restores. Beyond the end is `fatal`; what
 * was removed meanwhile is `gone`, or still there until it is closed.
 */
export interface Data {
  readonly sizeBytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Refused as `fatal` when it was opened for reading. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** The ranges, in order, outside which everything is zeros. A driver that cannot tell names the whole. */
  allocated(): Promise<readonly DataRange[]>;
  /** Makes the range zeros. A back end that can gives its room back instead of writing them. */
  discard(offset: number, length: number): Promise<void>;
  /** Returns when what was written survives a crash of the worker. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What a driver says of something that it made. */
export interface Made {
  /** Kept beside the resource and handed back in later calls; null when the id is enough. */
  readonly location: string | null;
  /** A new volume is copied to the replication targets from the beginning, as its extra specs ask. */
  readonly isReplicated?: true;
}

/** The host that connects, in os-brick's words (ip, host, initiator, nqn, multipath …). */
export type Connector = Readonly<Record<string, unknown>>;

/** How the host reaches the volume, in os-brick's words. */
export interface ConnectionInfo {
  readonly driver_volume_type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * An open back end. The first six methods every driver has; what else it can do is read off the methods that
 * are present (see capabilitiesOf), never declared beside them.
 */
export interface Backend {
  /** Makes the volume with its data complete; grown to the volume's size when the source is smaller. */
  create(volume: Volume, source: Source, call: DriverCall): Promise<Made>;
  /** Makes sure the volume is not there. `busy` while something on the back end depends on it. */
  remove(volume: Volume, call: DriverCall): Promise<void>;
  /** Opens the volume to a host and says how it is reached. */
  connect(volume: Volume, connector: Connector, options: ConnectOptions, call: DriverCall): Promise<ConnectionInfo>;
  /** Closes it to that host; to all hosts when the connector is null. */
  disconnect(volume: Volume, connector: Connector | null, options: DisconnectOptions, call: DriverCall): Promise<void>;
  /**
   * Connections are told apart by attachment: `disconnect` is asked for each and closes that one. Absent: by host,
   * and it is asked when the last attachment of the host goes.
   */
  readonly byAttachment?: true;
  /** `connect` opens volumes with `isEncrypted`. A passphrase is never written to a disk. */
  readonly opensEncrypted?: true;
  stats(call: DriverCall): Promise<BackendStats>;
  /** Pages through every object of ours; null begins. What is listed is there. See `listingAge`. */
  listOwned(after: string | null, call: DriverCall): Promise<OwnedPage>;
  /**
   * Seconds: `listOwned` and the lists of `manage` may lack what others have made in that time, never what this open
   * back end has. So what is missing has to be missing for that long before it is gone. Absent: 0.
   */
  readonly listingAge?: number;

  /** Grows the volume to a size, not by one: asking twice changes nothing. New bytes read as zeros. */
  extend?(volume: Volume, newSizeGiB: number, call: DriverCall): Promise<void>;
  /**
   * An attached volume is grown by the host that has it, which says when it is done: only then `extend` is asked, to
   * know the new size and to mend what is left.
   */
  readonly growsOnHost?: true;
  snapshot?: {
    create(snapshot: Snapshot, call: DriverCall): Promise<Made>;
    /** `busy` while a clone on the back end depends on it. */
    remove(snapshot: Snapshot, call: DriverCall): Promise<void>;
  };
  /** Present when `create` takes a source of the kind `volume`. */
  clone?: true;
  /** Puts the volume back to a snapshot of it. */
  revert?(volume: Volume, snapshot: Snapshot, call: DriverCall): Promise<void>;
  /** Objects that are not ours become volumes, and volumes stop being ours; the bytes stay. See Manage. */
  manage?: Manage;
  /** Copies of volumes on other systems, which the back end keeps by itself. */
  replication?: Replication;
  /**
   * Opens the bytes to the worker. Each call on them is bound by the call's signal. `gone` when the target is not
   * there.
   */
  openData?(target: DataTarget, mode: 'r' | 'rw', call: DriverCall): Promise<Data>;
  /** Makes the volume keep to its `qos` from now on, and to no other limits. Asked when its type changes. */
  qos?(volume: Volume, call: DriverCall): Promise<void>;
  close(): Promise<void>;
}

/** How an operator names an object that is not ours: `source-name`, `source-id`, or what else the back end knows. */
export type Reference = Readonly<Record<string, string>>;

/**
 * An unknown reference is `gone`; one to something of ours, `conflict`; one that cannot be, `fatal`. What was
 * released is found again under the name that it had: `volume-<id>`, `_snapshot-<id>`.
 */
export interface Manage {
  /** Pages through the objects that are not ours and could become volumes. */
  list(after: string | null, call: DriverCall): Promise<{ items: readonly Manageable[]; next: string | null }>;
  /** GiB, rounded up. */
  size(reference: Reference, call: DriverCall): Promise<number>;
  /** Makes the object the volume, grown to the volume's size. */
  adopt(volume: Volume, reference: Reference, call: DriverCall): Promise<Made>;
  /** Gives the volume up with its bytes. What is gone already is fine. */
  release(volume: Volume, call: DriverCall): Promise<void>;
  /** The same for snapshots; absent when only volumes can be managed. */
  readonly snapshots?: {
    list(
      after: string | null,
      call: DriverCall,
    ): Promise<{ items: readonly ManageableSnapshot[]; next: string | null }>;
    size(volume: Volume, reference: Reference, call: DriverCall): Promise<number>;
    adopt(snapshot: Snapshot, reference: Reference, call: DriverCall): Promise<Made>;
    release(snapshot: Snapshot, call: DriverCall): Promise<void>;
  };
}

/**
 * A target is a system that can serve the copies; null is the back end itself. The back end remembers across restarts
 * who serves. An unknown target is `gone`. Everything may be asked twice.
 */
export interface Replication {
  /** The ids of the targets, as an operator has configured them. */
  readonly targets: readonly string[];
  /** The volumes are copied from now on. */
  enable(volumes: readonly Volume[], call: DriverCall): Promise<void>;
  disable(volumes: readonly Volume[], call: DriverCall): Promise<void>;
  /** Everything is served by the target, as far as it was copied there. */
  failover(target: string | null, call: DriverCall): Promise<void>;
  /** These volumes are served by the target, and the others by whom they were. */
  failoverVolumes(volumes: readonly Volume[], target: string | null, call: DriverCall): Promise<void>;
  /** Where the volumes are now: one answer for each, in any order. */
  locate(volumes: readonly Volume[], call: DriverCall): Promise<readonly Located[]>;
}

export interface Located {
  readonly id: string;
  /** Replaces what `create` returned. */
  readonly location: string | null;
  /** False when who serves now has no copy of it. */
  readonly isThere: boolean;
}

export interface ConnectOptions {
  readonly mode: 'rw' | 'ro';
  /** The attachment this connection is for; the id of the volume where older calls connect without one. */
  readonly attachmentId: string;
}

export interface DisconnectOptions {
  /** As it was given to `connect`; null closes the volume to every attachment of the host. */
  readonly attachmentId: string | null;
}

export interface Manageable {
  readonly reference: Reference;
  readonly sizeGiB: number;
  readonly safeToManage: boolean;
  readonly reasonNotSafe: string | null;
}

export interface ManageableSnapshot extends Manageable {
  /** The volume that it was taken of, where the back end knows. */
  readonly sourceReference: Reference | null;
}

/** An option of a driver: what it is, and its default as text (null: must be given). */
export interface OptionSpec {
  readonly describes: string;
  readonly default: string | null;
  /** Read from the environment, and never written out. */
  readonly isSecret?: true;
}

/** The optional parts of a back end. */
export type Ability =
  | 'extend'
  | 'snapshot'
  | 'clone'
  | 'revert'
  | 'manage'
  | 'replication'
  | 'openData'
  | 'qos'
  | 'growsOnHost'
  | 'byAttachment'
  | 'opensEncrypted';

export interface Driver {
  readonly name: string;
  /** One line for `scoria driver list`. */
  readonly describes: string;
  /** Cinder's canonical storage protocol. */
  readonly protocol: string;
  /** The optional parts that a back end of it may have, for the docs; the suite holds an open one against it. */
  readonly offers: readonly Ability[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Checks that the back end can be used and opens it. Rejects with a DriverError that says what to mend. */
  open(options: Readonly<Record<string, string>>, ports: DriverPorts): Promise<Backend>;
}

/** Declares a driver. The value is what the list of drivers names (workers/drivers/list.ts). */
export function driver(value: Driver): Driver {
  return value;
}

/** The capabilities that Cinder's scheduler and clients know, read off the methods a back end has. */
export function capabilitiesOf(backend: Backend): Readonly<Record<string, boolean>> {
  return {
    snapshot_support: backend.snapshot !== undefined,
    clone_support: backend.clone !== undefined,
    online_extend_support: backend.extend !== undefined,
    revert_support: backend.revert !== undefined,
    QoS_support: backend.qos !== undefined,
    encryption_support: backend.opensEncrypted !== undefined,
    replication_enabled: backend.replication !== undefined,
  };
}
