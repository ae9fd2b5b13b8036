// What a driver's test gives the conformance suite.

import type { Backend, ConnectionInfo, Driver } from '../../workers/driver.ts';

export interface Subject {
  /** Whose back end it is. */
  readonly driver: Driver;
  /** The pool that volumes are made in. */
  readonly pool: string;
  /** Texts that were given to the driver and must never appear in an error (passwords, keys, tokens). */
  readonly secrets: readonly string[];
  /** The first 8 hexadecimal digits of every id; change it where an earlier run may have left objects behind. */
  readonly idPrefix?: string;
  open(): Promise<Backend>;
  /**
   * Opens the same back end again as after a restart of the worker; the earlier one may or may not have been closed.
   */
  reopen(): Promise<Backend>;
  /** Writes real bytes as a host would, by what connect returned and by nothing else. */
  write(connection: ConnectionInfo, offset: number, bytes: Uint8Array): Promise<void>;
  /** Reads real bytes as a host would, by what connect returned and by nothing else. */
  read(connection: ConnectionInfo, offset: number, length: number): Promise<Uint8Array>;
  /**
   * Puts an object of `sizeGiB` there that is not ours, with `bytes` at its beginning; returns how `manage` names it.
   */
  plant?(name: string, sizeGiB: number, bytes: Uint8Array): Promise<Readonly<Record<string, string>>>;
  /**
   * Kills what serves the volumes, as a crash does; returns when it is dead. The driver starts it again, or this
   * does.
   */
  killBackend?(): Promise<void>;
  /** A host that keeps its connection open. */
  hold?(connection: ConnectionInfo): Promise<Held>;
  /** The same connection as somebody has it who lacks the credential of a host. */
  asStranger?(connection: ConnectionInfo): ConnectionInfo;
  /** Ends what `open` and `reopen` opened and removes what they left. */
  close(): Promise<void>;
}

export interface Held {
  /** Writes and flushes; rejects when the volume does not take it. */
  write(offset: number, byte: number, length: number): Promise<void>;
  close(): Promise<void>;
}
