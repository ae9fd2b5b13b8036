// The back ends: those in scoria.yaml, or those named by SCORIA_BACKENDS.
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { wrong } from '../../infra/settings/environment.ts';
import { driverNames } from '../../workers/main.node.ts';
import { CommandError, type Context, exit } from '../command.ts';
import { type BackendEntry, BackendsFileError, readBackendsFile } from './file.ts';

export const backendsVariables: readonly (readonly [string, string])[] = [
  ['SCORIA_CONFIG', 'path of the file with the back ends (scoria.yaml, where there is one; docs/back-ends.md)'],
  [
    'SCORIA_BACKENDS',
    'names of back ends, with commas between: those of the file that this process has; without a file each is of the driver of its name, of name=driver, or of file (file)',
  ],
];

/** Reads both. Throws a CommandError with one line for each mistake. */
export function readBackends({ env, folder }: Pick<Context, 'env' | 'folder'>): BackendEntry[] {
  const names = env.SCORIA_BACKENDS ? env.SCORIA_BACKENDS.split(',').map((name) => name.trim()) : null;
  const given = env.SCORIA_CONFIG || null;
  const path = given === null || isAbsolute(given) ? given : join(folder, given);
  const found = path ?? join(folder, 'scoria.yaml');
  if (path === null && !existsSync(found)) return (names ?? ['file']).map(named).map(onlyOnce);
  const entries = parsed(found);
  if (names === null) return entries;
  return names.map((name) => {
    const entry = entries.find((one) => one.name === name);
    if (entry !== undefined) return entry;
    const known = entries.map((one) => one.name).join(', ');
    throw wrong('SCORIA_BACKENDS', `names ${name}, and ${found} has no such back end; it has ${known}`);
  });
}

function parsed(path: string): BackendEntry[] {
  try {
    return readBackendsFile(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const says = error instanceof BackendsFileError ? `cannot be used:\n${reason}` : `cannot be read: ${reason}`;
    throw new CommandError(`${path} ${says}`, exit.usage);
  }
}

/**
 * A back end without a file. A name that is not a driver's uses the driver file, as it always did; a line at start
 * says so.
 */
function named(text: string): BackendEntry {
  const [name = '', given] = text.split('=').map((part) => part.trim());
  if (!/^[\w-]{1,60}$/.test(name)) {
    throw wrong('SCORIA_BACKENDS', 'must be different names of letters, digits, "_" and "-", with commas between');
  }
  const driver = given ?? (driverNames.includes(name) ? name : 'file');
  if (!driverNames.includes(driver)) {
    throw wrong('SCORIA_BACKENDS', `names the driver ${driver}. There are: ${driverNames.join(', ')}`);
  }
  return { name, driver, zone: null, cluster: null, options: {}, poolNames: null, pools: {}, qos: {}, line: 0 };
}

function onlyOnce(entry: BackendEntry, at: number, all: readonly BackendEntry[]): BackendEntry {
  if (all.findIndex(({ name }) => name === entry.name) === at) return entry;
  throw wrong('SCORIA_BACKENDS', 'must be different names of letters, digits, "_" and "-", with commas between');
}
