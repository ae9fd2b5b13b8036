// Which processes can still run, told from those whose number was given out again and those that nobody has reaped.
import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine: its number, and when it began, because numbers are given out again. */
export interface Known {
  readonly pid: number;
  /** From startOf(); empty where there is no /proc (macOS). */
  readonly started: string;
}

/**
 * True while the process that was known can run. A zombie (killed, and not reaped by its parent, as in a container
 * whose first process reaps nobody) is there for ever and cannot.
 */
export function isRunning(known: Known): boolean {
  try {
    process.kill(known.pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const found = statOf(`/proc/${known.pid}`);
  if (found === null) return true;
  const started = startOf(known.pid);
  if (started !== '' && known.started !== '' && started !== known.started) return false;
  return canRun(found.state) || hasThreadThatRuns(known.pid);
}

/** The boot and the tick within it at which a process began, or nothing where there is no /proc (macOS). */
export function startOf(pid: number): string {
  const stat = statOf(`/proc/${pid}`);
  if (stat === null) return '';
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${stat.tick}`;
  } catch {
    return '';
  }
}

/** The program's name (at most 15 bytes) and its parent; null where that is not known. */
export function lineageOf(pid: number): { readonly name: string; readonly parent: number } | null {
  return statOf(`/proc/${pid}`);
}

/** Z: a zombie. X and x: on its way out of the table. Stopped (T) and waiting for a disk (D) can run again. */
const canRun = (state: string) => !/[ZXx]/.test(state);

/** The first thread of a killed process is a zombie already while another one still writes to a disk. */
function hasThreadThatRuns(pid: number): boolean {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).filter((thread) => thread !== String(pid));
    return threads.some((thread) => canRun(statOf(`/proc/${pid}/task/${thread}`)?.state ?? 'X'));
  } catch {
    return false;
  }
}

function statOf(folder: string) {
  try {
    const text = readFileSync(`${folder}/stat`, 'utf8');
    // The name stands in brackets and may hold spaces and brackets itself: what follows is counted from its end.
    const nameEnd = text.lastIndexOf(')');
    const [state = '', parent, ...rest] = text.slice(nameEnd + 2).split(' ');
    return { name: text.slice(text.indexOf('(') + 1, nameEnd), state, parent: Number(parent), tick: rest[17] ?? '' };
  } catch {
    return null;
  }
}
