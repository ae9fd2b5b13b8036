// What each test of the suite works with: the open back end, fresh ids, volumes and their bytes.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Backend,
  type ConnectionInfo,
  type DriverCall,
  DriverError,
  type DriverFailure,
  type Owned,
  type Snapshot,
  type Source,
  type Volume,
} from '../../workers/driver.ts';
import { idSequence, MIB, pattern, sha256 } from './pattern.ts';
import type { Subject } from './subject.ts';
import { watched } from './watch.ts';

export const connector = {
  host: 'conformance-host',
  ip: '192.0.2.10',
  initiator: 'iqn.1993-08.org.debian:01:conformance',
};
/** Closes a connection whatever attachment it is for. */
export const anyAttachment = { attachmentId: null };
export const blank: Source = { kind: 'blank' };

/**
 * Where the pattern is written in a volume of 1 GiB or more: the head, across the middle, and the very end of the
 * first GiB.
 */
const windows = [
  { offset: 0, length: MIB },
  { offset: 512 * MIB - 64 * 1024, length: 128 * 1024 },
  { offset: 1023 * MIB + 512 * 1024, length: 512 * 1024 },
] as const;

export class Bench {
  readonly subject: Subject;
  readonly errors: unknown[] = [];
  readonly #nextId: () => string;
  #backend: Backend;

  constructor(subject: Subject, backend: Backend) {
    this.subject = subject;
    this.#backend = this.#watch(backend);
    this.#nextId = idSequence(subject.idPrefix ?? 'c0f02a11');
  }

  get backend(): Backend {
    return this.#backend;
  }

  /** Goes on with the back end as a restarted worker finds it. */
  async reopen(): Promise<void> {
    this.#backend = this.#watch(await this.subject.reopen());
  }

  id(): string {
    return this.#nextId();
  }

  /** A call whose deadline does not pass. */
  call(): DriverCall {
    return { signal: new AbortController().signal };
  }

  volume(sizeGiB = 1, id = this.id()): Volume {
    return { id, sizeGiB, pool: this.subject.pool, location: null, qos: {}, extraSpecs: {} };
  }

  snapshotOf(volume: Volume, id = this.id()): Snapshot {
    return { id, volume, location: null };
  }

  /** Makes the volume and keeps what the driver said of it, as the worker does. */
  async made(volume: Volume = this.volume(), source: Source = blank): Promise<Volume> {
    const { location } = await this.backend.create(volume, source, this.call());
    return { ...volume, location };
  }

  /** Takes the snapshot; only where the driver has snapshots. */
  async taken(volume: Volume): Promise<Snapshot> {
    assert.ok(this.backend.snapshot);
    const snapshot = this.snapshotOf(volume);
    const { location } = await this.backend.snapshot.create(snapshot, this.call());
    return { ...snapshot, location };
  }

  connect(volume: Volume): Promise<ConnectionInfo> {
    return this.backend.connect(volume, connector, { mode: 'rw', attachmentId: this.id() }, this.call());
  }

  /**
   * Fills the windows with the seed's pattern, as a host, and returns the digest that `digest` must give from now on.
   */
  async fill(volume: Volume, seed: number): Promise<string> {
    await this.#connected(volume, async (connection) => {
      for (const [index, { offset, length }] of windows.entries()) {
        await this.subject.write(connection, offset, pattern(seed * 10 + index, length));
      }
    });
    return patternDigest(seed);
  }

  /** The digest of the windows as a host reads them now. */
  async digest(volume: Volume): Promise<string> {
    const parts: Uint8Array[] = [];
    await this.#connected(volume, async (connection) => {
      for (const { offset, length } of windows) parts.push(await this.subject.read(connection, offset, length));
    });
    return sha256(...parts);
  }

  async read(volume: Volume, offset: number, length: number): Promise<Uint8Array> {
    let bytes = new Uint8Array();
    await this.#connected(volume, async (connection) => {
      bytes = Uint8Array.from(await this.subject.read(connection, offset, length));
    });
    return bytes;
  }

  /** Everything that the back end lists as ours, read to the end. */
  async listed(): Promise<Owned[]> {
    const all: Owned[] = [];
    let after: string | null = null;
    do {
      const page = await this.backend.listOwned(after, this.call());
      assert.notEqual(page.next, after ?? '', 'paging goes on');
      all.push(...page.items);
      after = page.next;
    } while (after !== null);
    return all;
  }

  /**
   * Whether it becomes so: at the latest when what the back end lists has aged, which for most is at once. For what was
   * made by others than the open back end.
   */
  async becomes(isSo: () => Promise<boolean>): Promise<boolean> {
    const last = performance.now() + (this.backend.listingAge ?? 0) * 1000;
    for (;;) {
      const isLast = performance.now() >= last;
      if (await isSo()) return true;
      if (isLast) return false;
      await pause(1000);
    }
  }

  async listedIds(): Promise<string[]> {
    return (await this.listed()).map(({ id }) => id);
  }

  async #connected(volume: Volume, work: (connection: ConnectionInfo) => Promise<void>): Promise<void> {
    const connection = await this.connect(volume);
    await work(connection);
    await this.backend.disconnect(volume, connector, anyAttachment, this.call());
  }

  #watch(backend: Backend): Backend {
    return watched(backend, (error) => this.errors.push(error));
  }
}

export function patternDigest(seed: number): string {
  return sha256(...windows.map(({ length }, index) => pattern(seed * 10 + index, length)));
}

/** The digest of a volume that nobody has written to. */
export const blankDigest = sha256(...windows.map(({ length }) => new Uint8Array(length)));

/** Rejects unless the promise rejects with one of the failures. */
export async function assertFails(promise: Promise<unknown>, ...failures: readonly DriverFailure[]): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof DriverError, String(error));
    assert.ok(
      failures.includes(error.failure),
      `fails with ${failures.join(' or ')}, not ${error.failure}: ${error.message}`,
    );
    return true;
  });
}
