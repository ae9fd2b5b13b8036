// The driver contract: what a volume worker asks of a storage back end.
//
// A driver imports only this file and workers/driver-kit/, so that it could be moved to another project. One suite
// (test/drivers) checks every driver against the guarantees written here.
//
// - The same id with the same arguments gives the same result, however often it is called: a queue delivers twice.
// - The same id with other arguments fails with `conflict`.
// - Removing what is already gone succeeds. connect and disconnect are idempotent by volume, host and attachment.
// - What `connect` has opened is open again after the back end restarts, under the same connection, without a call.
// - Every call takes a signal with a deadline: a driver that cannot finish in time rejects.
// - No secret ever appears in an error.

import type { BackendStats, OwnedPage } from './driver-kit/inventory.ts';
import type { DriverPorts } from './driver-kit/ports.ts';

export type { BackendStats, Owned, OwnedPage, PoolStats } from './driver-kit/inventory.ts';
export type { DriverPorts } from './driver-kit/ports.ts';

/** One kind of failure for each way in which the worker can react. */
export type DriverFailure =
  | 'transient' // try again with the same id; the effect may or may not have happened
  | 'busy' // something on the back end is using it; surely not done
  | 'conflict' // the id exists with other arguments; surely not done
  | 'not-supported' // this driver can never do it; surely not done
  | 'no-space' // surely not done
  | 'gone' // something that it needs does not exist; surely not done
  | 'fatal'; // refused permanently; surely not done

export class DriverError extends Error {
  readonly failure: DriverFailure;

  /** `message` is shown to the operator, and its first sentence to the user. It says what happened, without secrets. */
  constructor(failure: DriverFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DriverError';
    this.failure = failure;
  }
}

/** What every call receives: its deadline, as a signal. */
export interface DriverCall {
  readonly signal: AbortSignal;
  /**
   * The number of this try; it grows with each. A worker that lost its lease may still be busy with an earlier one,
   * so half-made objects carry it in their names. Absent in calls that belong to no operation (`stats`).
   */
  readonly attempt?: number;
}

/** A volume as drivers see it. The object on the back end has the id in its name. */
export interface Volume {
  readonly id: string;
  readonly sizeGiB: number;
  /** The pool of this back end that the scheduler chose. */
  readonly pool: string;
  /** What the driver returned when it created the volume; opaque to everyone else. */
  readonly location: string | null;
  /** The QoS specs that the back end must enforce, and the type's extra specs. */
  readonly qos: Readonly<Record<string, string>>;
  readonly extraSpecs: Readonly<Record<string, string>>;
  /**
   * Its bytes are LUKS and the back end opens them: hosts see the plain bytes, everything else (`openData`,
   * snapshots, copies) uses the encrypted bytes. The worker formats a new one. The passphrase:
   * DriverPorts.passphrase. Only for back ends with `opensEncrypted`.
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

/** What the worker opens to read or write it itself. */
export type DataTarget =
  | { readonly kind: 'volume'; readonly volume: Volume }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };

/** Reads bytes, starting at `offset`. */
export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The bytes of a volume or snapshot, opened by the worker for backups and restores. Access beyond the end is `fatal`.
 * An object that is removed meanwhile is `gone`, or stays readable until it is closed.
 */
export interface Data {
  readonly sizeBytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** `fatal` when it was opened for reading. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** The ranges, in order, outside which everything is zeros. A driver that cannot tell returns the whole. */
  allocated(): Promise<readonly DataRange[]>;
  /** Zeroes the range. A back end that can, frees the room instead of writing zeros. */
  discard(offset: number, length: number): Promise<void>;
  /** Returns when everything written would survive a crash of the worker. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What a driver returns about an object that it created. */
export interface Made {
  /** Stored with the resource and passed to later calls; null when the id is enough. */
  readonly location: string | null;
  /** A new volume is replicated from the start, because its extra specs ask for it. */
  readonly isReplicated?: true;
}

/** The host that connects, in the terms of os-brick (ip, host, initiator, nqn, multipath …). */
export type Connector = Readonly<Record<string, unknown>>;

/** How the host reaches the volume, in the terms of os-brick. */
export interface ConnectionInfo {
  readonly driver_volume_type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * An open back end. Every driver has the first six methods. What else it can do follows from which methods are
 * present (see capabilitiesOf); it is not declared separately.
 */
export interface Backend {
  /** Creates the volume with all of its data; when the source is smaller, the volume is grown to its size. */
  create(volume: Volume, source: Source, call: DriverCall): Promise<Made>;
  /** Makes sure that the volume does not exist. `busy` while something on the back end depends on it. */
  remove(volume: Volume, call: DriverCall): Promise<void>;
  /** Opens the volume to a host and returns how to reach it. */
  connect(volume: Volume, connector: Connector, options: ConnectOptions, call: DriverCall): Promise<ConnectionInfo>;
  /** Closes it to that host, or to all hosts when the connector is null. */
  disconnect(volume: Volume, connector: Connector | null, options: DisconnectOptions, call: DriverCall): Promise<void>;
  /**
   * The back end tells attachments of one host apart: `disconnect` is called for each and closes only that one.
   * Absent: it knows hosts only, and `disconnect` is called when the last attachment of a host goes.
   */
  readonly byAttachment?: true;
  /** `connect` can open volumes with `isEncrypted`. A passphrase is never written to a disk. */
  readonly opensEncrypted?: true;
  stats(call: DriverCall): Promise<BackendStats>;
  /** Pages through all our objects; null starts. Every object listed exists. See `listingAge`. */
  listOwned(after: string | null, call: DriverCall): Promise<OwnedPage>;
  /**
   * Seconds. `listOwned` and the lists of `manage` may lack what others created within that time, but never what this
   * open back end created. So an object counts as gone only after it was missing for that long. Absent: 0.
   */
  readonly listingAge?: number;

  /** Grows the volume to a size, not by one: calling it twice changes nothing more. New bytes read as zeros. */
  extend?(volume: Volume, newSizeGiB: number, call: DriverCall): Promise<void>;
  /**
   * The host that has an attached volume grows it, and reports when it is done. Only then `extend` is called, to
   * record the new size and repair what is left.
   */
  readonly growsOnHost?: true;
  snapshot?: {
    create(snapshot: Snapshot, call: DriverCall): Promise<Made>;
    /** `busy` while a clone on the back end depends on it. */
    remove(snapshot: Snapshot, call: DriverCall): Promise<void>;
  };
  /** Present when `create` accepts a source of the kind `volume`. */
  clone?: true;
  /** Restores the volume to one of its snapshots. */
  revert?(volume: Volume, snapshot: Snapshot, call: DriverCall): Promise<void>;
  /** Adopts objects as volumes, and releases volumes without deleting them; the bytes stay. See Manage. */
  manage?: Manage;
  /** Copies of volumes on other systems, which the back end keeps up to date by itself. */
  replication?: Replication;
  /**
   * Opens the bytes for the worker. Each call on them ends with the call's signal. `gone` when the target does not
   * exist.
   */
  openData?(target: DataTarget, mode: 'r' | 'rw', call: DriverCall): Promise<Data>;
  /** From now on the volume has the limits in its `qos`, and no others. Called when its type changes. */
  qos?(volume: Volume, call: DriverCall): Promise<void>;
  close(): Promise<void>;
}

/**
 * How an operator names an object that is not ours: `source-name`, `source-id`, or another key that the back end
 * knows.
 */
export type Reference = Readonly<Record<string, string>>;

/**
 * A reference to nothing is `gone`, one to an object of ours is a `conflict`, an impossible one is `fatal`. What was
 * released can be found under the name that it had: `volume-<id>`, `_snapshot-<id>`.
 */
export interface Manage {
  /** Pages through the objects that are not ours but could become volumes. */
  list(after: string | null, call: DriverCall): Promise<{ items: readonly Manageable[]; next: string | null }>;
  /** GiB, rounded up. */
  size(reference: Reference, call: DriverCall): Promise<number>;
  /** Turns the object into the volume, grown to the volume's size. */
  adopt(volume: Volume, reference: Reference, call: DriverCall): Promise<Made>;
  /** Releases the volume with its bytes. Succeeds when it is already gone. */
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
 * A target is a system that can serve the copies; null is the back end itself. Which one serves survives restarts of
 * the back end. An unknown target is `gone`. Every call may be repeated.
 */
export interface Replication {
  /** The ids of the targets that the operator configured. */
  readonly targets: readonly string[];
  /** From now on the volumes are replicated. */
  enable(volumes: readonly Volume[], call: DriverCall): Promise<void>;
  disable(volumes: readonly Volume[], call: DriverCall): Promise<void>;
  /** The target serves all volumes, as far as they were copied there. */
  failover(target: string | null, call: DriverCall): Promise<void>;
  /** The target serves these volumes; who serves the others does not change. */
  failoverVolumes(volumes: readonly Volume[], target: string | null, call: DriverCall): Promise<void>;
  /** Where each volume is now: one answer for each, in any order. */
  locate(volumes: readonly Volume[], call: DriverCall): Promise<readonly Located[]>;
}

export interface Located {
  readonly id: string;
  /** Replaces what `create` returned. */
  readonly location: string | null;
  /** False when the system that serves now has no copy of it. */
  readonly isThere: boolean;
}

export interface ConnectOptions {
  readonly mode: 'rw' | 'ro';
  /** The attachment of this connection; the volume's id for older calls, which connect without an attachment. */
  readonly attachmentId: string;
}

export interface DisconnectOptions {
  /** As it was passed to `connect`; null closes the volume to every attachment of the host. */
  readonly attachmentId: string | null;
}

export interface Manageable {
  readonly reference: Reference;
  readonly sizeGiB: number;
  readonly safeToManage: boolean;
  readonly reasonNotSafe: string | null;
}

export interface ManageableSnapshot extends Manageable {
  /** The volume that it was taken of, if the back end knows. */
  readonly sourceReference: Reference | null;
}

/** An option of a driver: its description, and its default as text (null: required). */
export interface OptionSpec {
  readonly describes: string;
  readonly default: string | null;
  /** Comes from the environment, and is never printed. */
  readonly isSecret?: true;
}

/** The optional abilities of a back end. */
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
  /**
   * The optional abilities that a back end of this driver may have, for the docs. The suite compares them with an
   * open one.
   */
  readonly offers: readonly Ability[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Checks that the back end is usable and opens it. Rejects with a DriverError that says what to fix. */
  open(options: Readonly<Record<string, string>>, ports: DriverPorts): Promise<Backend>;
}

/** Declares a driver. The value is what the list of drivers names (workers/drivers/list.ts). */
export function driver(value: Driver): Driver {
  return value;
}

/** The capabilities that Cinder's scheduler and clients know, derived from the methods that a back end has. */
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
