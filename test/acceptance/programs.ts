// Programs as child processes, in temporary folders of their own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What a child needs from us: nothing of our own settings reaches it. Compiled code is kept where bin/run.mjs keeps it:
 * of the 2.3 s of a start it saves 0.4.
 */
const bareEnvironment = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  LC_ALL: 'C.UTF-8',
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/scoria/compiled'),
};

const patienceMilliseconds = 60_000;
/** It takes about 4 s on a quiet machine, and much more where twenty processes share two cores. */
export const startMilliseconds = 400_000;

// A test that dies, or is told to stop, takes its children with it.
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(143));

/** Watches over a child until it has ended. */
export function adopt<Child extends ChildProcess>(child: Child): Child {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

const folders = new Set<string>();
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is removed when the test's process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scoria-acceptance-'));
  folders.add(folder);
  return folder;
}

/** A free port, a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export type Environment = Readonly<Record<string, string>>;

/** A command of ours that has been started. */
export interface Command {
  readonly child: ChildProcess;
  readonly said: { stdout: string; stderr: string };
  readonly ended: Promise<Ended>;
}

/** Starts `scoria` with these arguments, in this folder. */
export function command(args: readonly string[], folder: string, env: Environment = {}): Command {
  return spawned(process.execPath, [join(root, 'bin/scoria.ts'), ...args], folder, env);
}

/** Starts any program, and keeps what it says. `ownGroup` makes it the leader of a process group, as a shell does. */
export function spawned(
  program: string,
  args: readonly string[],
  folder: string,
  env: Environment = {},
  ownGroup = false,
): Command {
  const begun = performance.now();
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...bareEnvironment, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: ownGroup,
  });
  adopt(child);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({
    code,
    signal,
    ...said,
    milliseconds: performance.now() - begun,
  }));
  return { child, said, ended };
}

/** Runs `scoria` to its end. */
export const scoria = (args: readonly string[], folder: string, env: Environment = {}) =>
  within(command(args, folder, env).ended, `scoria ${args.join(' ')}`);

/** What was promised, or a failure that says what was waited for. */
export async function within<T>(promise: Promise<T>, what: string, milliseconds = patienceMilliseconds): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} did not end in ${milliseconds} ms`)), milliseconds);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks again and again until the answer is as wanted; fails with the last one. */
export async function until<T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
  milliseconds = patienceMilliseconds,
): Promise<T> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > end) throw new Error(`never became as wanted: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export interface Facts {
  readonly url: string;
  readonly clouds: string | null;
}

/** The JSON that `start --json` says when it is up. */
export function factsOf({ child, said, ended }: Command): Promise<Facts> {
  const up = new Promise<Facts>((resolve) => {
    const look = () => {
      if (said.stdout.trimEnd().endsWith('}')) resolve(JSON.parse(said.stdout));
    };
    child.stdout?.on('data', look);
  });
  const failed = ended.then(({ code, stderr }) => {
    throw new Error(`start ended with ${code}: ${stderr}`);
  });
  return Promise.race([up, failed]);
}

/** Whether a program is installed at this place. */
export const isInstalled = (path: string) => existsSync(path);
