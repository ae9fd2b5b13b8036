// The outside world as drivers see it. The composition root of a worker passes the real one, a test its own.

export interface DriverPorts {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /**
   * Sends a request to the management API of a back end. Follows no redirects: a password is meant for one server
   * only.
   */
  http(url: string, init: DriverHttpInit): Promise<Response>;
  /** Runs programs on the worker's machine; absent where that is impossible (functions, the edge). */
  readonly processes?: Processes;
  /**
   * The passphrase of a volume with `isEncrypted`, which opens its LUKS header. Rejects with a DriverError: `fatal`
   * when there is no key or this worker may not read it, `transient` when it cannot be fetched now. Absent where the
   * worker has no keys.
   */
  passphrase?(volumeId: string): Promise<string>;
  /** Logs an event for the operator. Must never contain a secret. */
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

/** Programs get their arguments as a list and never go through a shell. */
export interface Processes {
  /**
   * Runs a program to its end, whatever its exit code. Rejects when it cannot be started, and when the signal aborts:
   * then it has been killed. Its output is cut off after 1 MiB.
   */
  run(program: string, args: readonly string[], options: RunOptions): Promise<Ran>;
  /**
   * Starts a program that outlives the worker, because what serves volumes must not stop when we restart. Its output
   * goes to `logFile`. Resolves with its process id once it runs.
   */
  start(program: string, args: readonly string[], options: StartOptions): Promise<number>;
  /** Whether the process exists and has not ended. */
  isRunning(pid: number): boolean;
  kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** Its standard input: the place for secrets, because other users can see the arguments. */
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
