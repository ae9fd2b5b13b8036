// What the memory back end remembers: the disk, so to say. A test that keeps it and opens another back end on it has
// simulated a restart of the worker.

import { DriverError } from '../../driver.ts';
import { type Chunks, readChunks, writeChunks } from './chunks.ts';

const gib = 1024 ** 3;

export interface StoredObject {
  readonly kind: 'volume' | 'snapshot' | 'loose';
  /** Of a loose object: whether it was a snapshot of ours. */
  readonly wasSnapshot?: true;
  /** The name that an adopted snapshot had. */
  readonly adoptedFrom?: string;
  readonly id: string;
  readonly pool: string;
  readonly origin: string;
  sizeGiB: number;
  /** The limits that it keeps to. */
  qos?: Readonly<Record<string, string>>;
  /** Whether the targets have a copy, and which of them serves it; null is the back end itself. */
  isReplicated?: boolean;
  servedBy?: string | null;
  chunks: Chunks;
  /** Hosts that it is open to, by attachment. */
  readonly hosts: Map<string, string>;
}

export class MemoryStore {
  /** By `volume-<id>`, `snapshot-<id>`, or any name for an object that is not ours (`loose`). */
  readonly objects = new Map<string, StoredObject>();
  /** The replication target that everything was failed over to. */
  failedOverTo: string | null = null;

  /** Puts an object there that is not ours, to be managed. */
  plant(name: string, pool: string, sizeGiB: number, bytes: Uint8Array): void {
    const chunks: Chunks = new Map();
    writeChunks(chunks, 0, bytes);
    this.objects.set(name, { kind: 'loose', id: name, pool, origin: 'planted', sizeGiB, chunks, hosts: new Map() });
  }

  /** The attachments that the volume is open for, sorted; empty when it is gone. */
  attachments(volumeId: string): readonly string[] {
    return [...(this.objects.get(`volume-${volumeId}`)?.hosts.keys() ?? [])].sort();
  }

  /** Writes bytes as a host would; rejects beyond the end. */
  write(volumeId: string, offset: number, bytes: Uint8Array): void {
    writeChunks(this.#within(volumeId, offset, bytes.length).chunks, offset, bytes);
  }

  /** Reads bytes as a host would; rejects beyond the end. */
  read(volumeId: string, offset: number, length: number): Uint8Array {
    return readChunks(this.#within(volumeId, offset, length).chunks, offset, length);
  }

  /** Whether who serves now has it. */
  isThere(object: StoredObject): boolean {
    return this.failedOverTo === null || object.isReplicated === true;
  }

  #within(volumeId: string, offset: number, length: number): StoredObject {
    const object = this.objects.get(`volume-${volumeId}`);
    if (object === undefined) throw new DriverError('gone', 'The volume is not on the back end.');
    if (!this.isThere(object)) throw new DriverError('gone', 'The volume is not on the replication target.');
    if (offset >= 0 && offset + length <= object.sizeGiB * gib) return object;
    throw new DriverError('fatal', 'The bytes are beyond the end of the volume.');
  }
}
