// Every way in which the service is told to end: signals, its terminal that closes, a launcher that dies.
import { isRunning, type Known, lineageOf, startOf } from '../infra/database/live-process.ts';
import type { Environment } from '../infra/settings/environment.ts';

/**
 * One Ctrl-C arrives up to three times: from the terminal, from bin/run.mjs and from npm, which both pass it on; and
 * what arrives while the database is being closed is seen only afterwards.
 */
const echoMilliseconds = 5_000;

/** How often the launcher is looked after: reading a few lines of /proc. */
const watchMilliseconds = 500;

/**
 * A signal that is aborted at the first SIGINT, SIGTERM or SIGHUP from now on, also one that comes while the service is
 * still starting, and when a process that only launched us is gone. A signal of the system that is seen five seconds or
 * more later ends the process at once.
 */
export function interrupted(env: Environment): AbortSignal {
  const stopping = new AbortController();
  let since: number | null = null;
  // One listener for all of them: with `once`, nobody listens for a moment after the first, and an echo then kills.
  const heard = () => {
    since ??= performance.now();
    if (performance.now() - since > echoMilliseconds) process.exit(130);
    stopping.abort();
  };
  process.on('SIGINT', heard);
  process.on('SIGTERM', heard);
  // Node forgets that nohup has told it to ignore this one; bin/scoria has looked.
  process.on('SIGHUP', env.SCORIA_NOHUP === '1' ? () => {} : heard);
  // A terminal that is gone takes no words any more, and that is no reason to end without stopping.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  // Later, so that who asked for the signal can listen to it.
  setImmediate(() => watch(launchersOf(env), () => stopping.abort()));
  return stopping.signal;
}

/**
 * The processes that stand between us and who started us: npm, its shell, bin/run.mjs. They cannot pass on a `kill
 * -9`, and npm's shell passes on nothing. bin/scoria and bin/run.mjs say which one is the nearest (SCORIA_LAUNCHER).
 * Null: it is gone already, and somebody else is our parent.
 */
function launchersOf(env: Environment): Known[] | null {
  const launchers: Known[] = [];
  let pid = Number(env.SCORIA_LAUNCHER || 0);
  while (pid > 0) {
    const lineage = lineageOf(pid);
    launchers.push({ pid, started: startOf(pid) });
    if (lineage === null || isLauncher(lineage.name)) break;
    if (!isShell(lineage.name)) return null;
    pid = lineage.parent;
  }
  return launchers;
}

/** npm calls itself `npm start`; node's first thread is `node`, or `node-MainThread` from Node 24 on. */
const isLauncher = (name: string) => /npm|node|MainThread|yarn|bun/.test(name);
const isShell = (name: string) => /^(ba|da|a|z|k)?sh$|^busybox$/.test(name);

function watch(launchers: readonly Known[] | null, gone: () => void): void {
  if (launchers === null) gone();
  const nearest = launchers?.[0]?.pid;
  if (launchers === null || nearest === undefined) return;
  const timer = setInterval(() => {
    // Where there is no /proc, a new process with its number passes for the old one; but our parent has changed.
    if (launchers.every(isRunning) && process.ppid === nearest) return;
    clearInterval(timer);
    gone();
  }, watchMilliseconds);
  timer.unref();
}
