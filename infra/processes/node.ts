import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Processes } from './port.ts';

const mostOutput = 1024 ** 2;

/** Programs through node:child_process. A daemon that we start and that ends is reaped by Node. */
export function nodeProcesses(): Processes {
  return {
    run: (program, args, { signal, input, env }) =>
      new Promise((resolve, reject) => {
        const options = { maxBuffer: mostOutput, env: { ...process.env, ...env }, killSignal: 'SIGKILL' as const };
        const child = execFile(program, [...args], options, (error, stdout, stderr) => {
          signal.removeEventListener('abort', kill);
          if (signal.aborted) return reject(signal.reason);
          // A text is the code of a program that could not be started: ENOENT, or of output that is too long.
          if (error !== null && typeof error.code === 'string') return reject(error);
          resolve({ code: child.exitCode, stdout, stderr });
        });
        const kill = () => child.kill('SIGKILL');
        if (signal.aborted) kill();
        else signal.addEventListener('abort', kill, { once: true });
        child.stdin?.on('error', () => {}); // It may end without reading.
        child.stdin?.end(input ?? '');
      }),
    async start(program, args, { logFile, env }) {
      // Its own log: a child that holds our output open keeps pipes open behind us.
      const log = openSync(logFile, 'a', 0o600);
      try {
        const child = spawn(program, [...args], {
          detached: true,
          stdio: ['ignore', log, log],
          env: { ...process.env, ...env },
        });
        child.on('error', () => {});
        await once(child, 'spawn');
        child.unref();
        return child.pid ?? 0;
      } finally {
        closeSync(log);
      }
    },
    isRunning,
    kill(pid, signal) {
      if (isRunning(pid)) process.kill(pid, signal);
    },
  };
}

/** 0 would be our own group, and 1 is nobody's child. */
function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
    return stateOf(pid) !== 'Z';
  } catch {
    return false;
  }
}

/** A process that has ended and whose parent has not noticed yet is still there, as Z. */
function stateOf(pid: number): string {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
