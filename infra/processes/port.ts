/**
 * Programs on this machine. Identical to the type in workers/driver-kit/ports.ts, because drivers import nothing of
 * infra.
 */
export interface Processes {
  run(
    program: string,
    args: readonly string[],
    options: {
      readonly signal: AbortSignal;
      readonly input?: string;
      readonly env?: Readonly<Record<string, string>>;
    },
  ): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  start(
    program: string,
    args: readonly string[],
    options: { readonly logFile: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<number>;
  isRunning(pid: number): boolean;
  kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void;
}
