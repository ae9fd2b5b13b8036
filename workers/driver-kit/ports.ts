// The outside world as drivers know it. The composition root of a worker gives the real one, a test its own.

export interface DriverPorts {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Sends a request to the management API of a back end. Nothing is followed: a password is meant for one server. */
  http(url: string, init: DriverHttpInit): Promise<Response>;
  /** Programs of the worker's machine; absent where there are none (functions, the edge). */
  readonly processes?: Processes;
  /**
   * What opens the LUKS header of a volume with `isEncrypted`. Rejects with a DriverError: `fatal` when there is no key, or
   * none that this worker may open, `transient` when it cannot be had now. Absent where the worker has no keys.
   */
  passphrase?(volumeId: string): Promise<string>;
  /** Writes an event down for the operator. Never a secret. */
  log(level: 'debug' | 'info' | 'warn' | 'error', event: string, fields?: DriverLogFields): void;
}

export type DriverLogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface DriverHttpInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly redirect: 'manual' | 'error';
}

/** Programs are named with their arguments as a list and never go through a shell. */
export interface Processes {
  /**
   * Runs a program to its end, whatever its exit code; rejects when it cannot be started, and when the signal aborts: then
   * it has been killed. Its output is cut off after 1 MiB.
   */
  run(program: string, args: readonly string[], options: RunOptions): Promise<Ran>;
  /**
   * Starts a program that outlives the worker: what serves volumes must not end with a restart of ours. Its output goes to
   * `logFile`. Resolves with its process id when it runs.
   */
  start(program: string, args: readonly string[], options: StartOptions): Promise<number>;
  /** Whether the process is there and has not ended. */
  isRunning(pid: number): boolean;
  kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** What it reads from its standard input: the place for secrets, as others see the arguments. */
  readonly input?: string;
  /** Added to the worker's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface StartOptions {
  readonly logFile: string;
  /** Added to the worker's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
