// Every way in which the service is told to stop: signals, a closed terminal, a launcher that dies.
import { isRunning, type Known, lineageOf, startOf } from '../infra/database/live-process.ts';
import type { Environment } from '../infra/settings/environment.ts';

/**
 * One Ctrl-C arrives up to three times: from the terminal, and from bin/run.mjs and npm, which both pass it on. A
 * signal that arrives while the database is being closed is seen only afterwards.
 */
const echoMilliseconds = 5_000;

/** How often we check the launcher: this reads a few lines of /proc. */
const watchMilliseconds = 500;

/**
 * A signal that is aborted at the first SIGINT, SIGTERM or SIGHUP from now on, even one that comes while the service
 * is starting, and when a process that only launched us is gone. A second system signal, five seconds or more later,
 * ends the process at once.
 */
export function interrupted(env: Environment): AbortSignal {
  const stopping = new AbortController();
  let since: number | null = null;
  // One listener for all of them: with `once`, none would be left for a moment after the first signal, and an echo
  // would kill us.
  const heard = () => {
    since ??= performance.now();
    if (performance.now() - since > echoMilliseconds) process.exit(130);
    stopping.abort();
  };
  process.on('SIGINT', heard);
  process.on('SIGTERM', heard);
  // Node does not remember that nohup told it to ignore this signal; bin/scoria has checked.
  process.on('SIGHUP', env.SCORIA_NOHUP === '1' ? () => {} : heard);
  // A closed terminal accepts no output, which must not keep us from stopping properly.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  // Later, so that the caller can attach its listener first.
  setImmediate(() => watch(launchersOf(env), () => stopping.abort()));
  return stopping.signal;
}

/**
 * The processes between us and whoever started us: npm, its shell, bin/run.mjs. They cannot pass on a `kill -9`, and
 * npm's shell passes on nothing. bin/scoria and bin/run.mjs name the nearest (SCORIA_LAUNCHER). Null: it is already
 * gone, and we have another parent.
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
    // Without /proc, a new process with the same number passes for the old one; but then our parent has changed.
    if (launchers.every(isRunning) && process.ppid === nearest) return;
    clearInterval(timer);
    gone();
  }, watchMilliseconds);
  timer.unref();
}
