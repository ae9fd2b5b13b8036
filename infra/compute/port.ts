// Compute: the service whose servers use volumes. It is called with our own token, not with a user's.

/** What happened to a volume that a server uses. */
export interface ServerEvent {
  readonly name: 'volume-extended' | 'volume-reimaged';
  readonly server: string;
  readonly volume: string;
  readonly status: 'completed' | 'failed';
}

/** Every call rejects with ComputeError only, or with the reason of an aborted signal. */
export interface Compute {
  /** Tells the host of a server. False: no host has the server (any more), so there is nobody to tell. */
  tell(event: ServerEvent, signal: AbortSignal): Promise<boolean>;
  /**
   * Makes a server go over from one volume to another, and copies the bytes of the first to it. The server's host
   * reports the result with os-migrate_volume_completion.
   */
  swap(server: string, from: string, to: string, signal: AbortSignal): Promise<void>;
  /** Whether a server uses a volume. False: surely not; the server may not even exist. */
  uses(server: string, volume: string, signal: AbortSignal): Promise<boolean>;
  /** The host of a server; null when there is no such server, or no host has it. */
  hostOf(server: string, signal: AbortSignal): Promise<string | null>;
  /** Resolves when it can be called, with the user that we are to it. */
  ready(): Promise<void>;
}

export class ComputeError extends Error {
  /** Whether the same call may succeed later. */
  readonly isPassing: boolean;

  /** The message is stored with the operation. It never contains a token, or anything that the service sent. */
  constructor(message: string, isPassing: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ComputeError';
    this.isPassing = isPassing;
  }
}
