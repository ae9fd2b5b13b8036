// A function as Lambda runs it: its bundle in a process of its own, which is started by the first event and stays warm.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

export interface LambdaFunction {
  /** Rejects with LambdaError. The next event after a failure of the process starts it anew, as on Lambda. */
  invoke(event: unknown, timeoutMilliseconds?: number): Promise<unknown>;
  /** How often the process was started. */
  starts(): number;
  /** Ends the process, so that the next event finds the function cold. */
  cool(): Promise<void>;
  close(): Promise<void>;
}

export interface FunctionOptions {
  /** The file of a bundle: see bundle.ts. */
  readonly path: string;
  /** All that the process has in its environment, but for what Lambda adds. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes what the process writes to its standard error; ours unless said. */
  readonly onError?: (text: string) => void;
}

const runtime = fileURLToPath(new URL('./runtime.mjs', import.meta.url));

export async function lambdaFunction({ path, env, onError }: FunctionOptions): Promise<LambdaFunction> {
  const api: RuntimeApi = await startRuntimeApi();
  let child: ChildProcess | undefined;
  let count = 0;

  function start(): void {
    count += 1;
    const own = spawn(process.execPath, [runtime, path], {
      env: { TZ: ':UTC', ...env, AWS_LAMBDA_RUNTIME_API: api.address },
      stdio: ['ignore', process.env.TEST_LOG === undefined ? 'ignore' : 'inherit', onError ? 'pipe' : 'inherit'],
    });
    if (onError !== undefined) own.stderr?.setEncoding('utf8').on('data', onError);
    own.on('exit', (code, signal) => {
      if (child !== own) return;
      child = undefined;
      api.fail(`Runtime exited: ${signal ?? code}`);
    });
    child = own;
  }

  async function cool(): Promise<void> {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await ended;
    api.fail('Runtime exited: killed');
  }

  return {
    invoke(event, timeoutMilliseconds) {
      if (child === undefined) start();
      return api.invoke(event, timeoutMilliseconds);
    },
    starts: () => count,
    cool,
    async close() {
      await cool();
      await api.close();
    },
  };
}
