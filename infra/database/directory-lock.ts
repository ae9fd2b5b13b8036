import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { isRunning, type Known, startOf } from './live-process.ts';

/** Who holds a directory: enough to tell a live process from a dead one whose pid was given out again. */
interface Holder extends Known {
  readonly host: string;
  readonly token: string;
}

export interface DirectoryLock {
  readonly path: string;
  /** Gives the directory free. Twice is harmless; a lock that is no longer ours is left alone. */
  release(): void;
}

export class DirectoryBusyError extends Error {
  override readonly name = 'DirectoryBusyError';
}

/**
 * Holds a data directory for this process, through a file beside it (`<directory>.lock`).
 *
 * PGlite itself locks nothing, and two processes on one directory silently lose acknowledged rows (2,800 in our
 * trial). A lock of a process that can run is never taken; another one's is, by one taker only.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const target = resolve(directory);
  mkdirSync(dirname(target), { recursive: true });
  const path = `${target}.lock`;
  const holder: Holder = { pid: process.pid, started: startOf(process.pid), host: hostname(), token: randomUUID() };
  take(path, holder, target, 0);
  return { path, release: () => giveBack(path, holder) };
}

/**
 * link() makes the file with its content in one step and fails if it exists (O_EXCL alone would show a reader an
 * empty file). A stale file is replaced only while holding `<path>.heir`, taken by these same rules, and only
 * after a second look under it: so a slow taker cannot replace the file that a quicker one has just made.
 */
function take(path: string, holder: Holder, target: string, depth: number): void {
  const draft = `${path}.${holder.token}`;
  writeFileSync(draft, JSON.stringify(holder), { flag: 'wx' });
  try {
    if (linked(draft, path)) return;
    refuseIfLive(path, target);
    if (depth >= 3) throw busy(path, target, 'several processes died while taking it over');
    const heir = `${path}.heir`;
    take(heir, holder, target, depth + 1);
    try {
      refuseIfLive(path, target);
      renameSync(draft, path);
    } finally {
      giveBack(heir, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function refuseIfLive(path: string, target: string): void {
  const holder = read(path);
  if (!holder) return;
  if (holder.host !== hostname())
    throw busy(path, target, `process ${holder.pid} on the machine ${holder.host} has it`);
  if (isRunning(holder)) throw busy(path, target, `process ${holder.pid} has it open`);
}

function busy(path: string, target: string, why: string): DirectoryBusyError {
  const advice = `Stop that process, or name another directory. If you are sure that nothing uses it, delete ${path}.`;
  return new DirectoryBusyError(`the data directory ${target} is in use: ${why}. ${advice}`);
}

/** Nothing when the file is gone or unreadable: link() wrote it whole, so rubbish is not a lock of ours. */
function read(path: string): Holder | undefined {
  try {
    const found: Partial<Holder> = JSON.parse(readFileSync(path, 'utf8'));
    const { pid, started, host, token } = found;
    if (typeof pid !== 'number' || typeof started !== 'string') return undefined;
    return { pid, started, host: String(host), token: String(token) };
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function giveBack(path: string, holder: Holder): void {
  if (read(path)?.token === holder.token) rmSync(path, { force: true });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
