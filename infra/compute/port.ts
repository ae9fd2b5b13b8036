// Compute: the service whose servers use volumes. It is asked and told as the service itself, not as a user.

/** What has become of a volume that a server has. */
export interface ServerEvent {
  readonly name: 'volume-extended' | 'volume-reimaged';
  readonly server: string;
  readonly volume: string;
  readonly status: 'completed' | 'failed';
}

/** Every call rejects with ComputeError and nothing else, or with the signal's reason when that was aborted. */
export interface Compute {
  /** Tells the host of a server. False: there is nobody to tell, since no host has the server (any more). */
  tell(event: ServerEvent, signal: AbortSignal): Promise<boolean>;
  /**
   * Has a server go over from one volume to another, whose bytes become those of the first. What comes of it, the
   * server's host says by os-migrate_volume_completion.
   */
  swap(server: string, from: string, to: string, signal: AbortSignal): Promise<void>;
  /** Whether a server has a volume. False: surely not, nor is there perhaps such a server. */
  uses(server: string, volume: string, signal: AbortSignal): Promise<boolean>;
  /** The host that has a server; null when nobody says: there is no such server, or no host has it. */
  hostOf(server: string, signal: AbortSignal): Promise<string | null>;
  /** Resolves when it can be asked, and as whom it is asked. */
  ready(): Promise<void>;
}

export class ComputeError extends Error {
  /** Whether the same may still succeed. */
  readonly isPassing: boolean;

  /** The message is kept with the operation: never a token, never what the service wrote. */
  constructor(message: string, isPassing: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ComputeError';
    this.isPassing = isPassing;
  }
}
