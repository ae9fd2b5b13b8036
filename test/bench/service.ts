// The real service as a child process.
import { type ChildProcess, spawn } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { later } from './cleanup.ts';
import { once } from './client.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** As bin/scoria has it. */
const compileCache = join('node_modules', '.cache', 'scoria', 'compiled');

export function temporaryFolder(name: string): { folder: string; remove: () => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), `scoria-bench-${name}-`));
  return { folder, remove: later(() => rmSync(folder, { recursive: true, force: true })) };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await onceEvent(server, 'listening');
  const address = server.address();
  server.close();
  await onceEvent(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Running {
  readonly port: number;
  readonly pid: number;
  /** From spawn to the first 200 of /healthcheck. */
  readonly startMilliseconds: number;
  /** Of them, what its threads had of the processors: what a machine with other work compares by. */
  readonly startProcessorMilliseconds: number;
  stop(): Promise<void>;
}

/** Starts a script of ours with Node and waits for its /healthcheck. */
export async function startScript(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
  tree = root,
): Promise<Running> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, [...nodeFlags(), join(tree, script), ...args], {
    cwd,
    env: {
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: join(tree, compileCache),
      ...env,
      SCORIA_PORT: String(port),
      SCORIA_HOST: '127.0.0.1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stderr?.on('data', (data: Buffer) => {
    if (said.length < 100) said.push(data);
  });
  let isStopping = false;
  child.once('exit', (code, signal) => {
    if (isStopping) return;
    process.stderr.write(`bench: ${script} ended by itself (${code ?? signal}):\n${Buffer.concat(said).toString()}\n`);
  });
  const stop = later(() => {
    isStopping = true;
    return end(child);
  });
  await healthy(child, port, said).catch(async (error) => {
    await stop();
    throw error;
  });
  const startMilliseconds = performance.now() - begun;
  const pid = child.pid ?? 0;
  return { port, pid, startMilliseconds, startProcessorMilliseconds: processorMillisecondsOf(pid), stop };
}

/** What a process has had of the processors so far, in steps of 10 ms. */
export function processorMillisecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  // utime and stime, in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Profiles: BENCH_NODE_FLAGS='--cpu-prof --cpu-prof-dir=/tmp/prof'. */
const nodeFlags = () => (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');

export interface ServiceOptions {
  readonly folder: string;
  readonly databaseUrl: string | null;
  /** The checkout that it is started from; default this one. */
  readonly tree?: string;
}

export function startService({ folder, databaseUrl, tree }: ServiceOptions): Promise<Running> {
  const env = {
    SCORIA_DATA: join(folder, 'data'),
    SCORIA_LOG: 'error',
    SCORIA_TOKEN_SECONDS: '7200',
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  };
  return startScript('bin/scoria.ts', ['start', '--json'], env, folder, tree);
}

const patienceMilliseconds = 60_000;

async function healthy(child: ChildProcess, port: number, said: readonly Buffer[]): Promise<void> {
  const end = performance.now() + patienceMilliseconds;
  for (;;) {
    const reply = await once(port, { path: '/healthcheck' }).catch(() => null);
    if (reply?.status === 200) return;
    if (child.exitCode !== null || performance.now() > end) {
      throw new Error(`the service did not start:\n${Buffer.concat([...said]).toString()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = onceEvent(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(timer);
}

/** What the process has in memory, in MiB: now, and at most so far. */
export function memoryOf(pid: number): { nowMiB: number; mostMiB: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
  return { nowMiB: read('VmRSS'), mostMiB: read('VmHWM') };
}
