// Turns what is written into what a worker opens: finds the driver and checks the options against it.
import { join } from 'node:path';
import type { Configured } from '../../workers/configured.ts';
import type { Driver } from '../../workers/driver.ts';
import { driverOf } from '../../workers/main.node.ts';
import { CommandError, type Context, exit } from '../command.ts';
import type { BackendEntry, WrittenOption } from './file.ts';

export interface Resolved {
  readonly driver: Driver;
  readonly settings: Configured;
}

/** Throws a CommandError with one line for each mistake. `folder` contains the folders for drivers that need one. */
export async function resolveBackend(entry: BackendEntry, folder: string, env: Context['env']): Promise<Resolved> {
  const driver = await driverOf(entry.driver).catch((error: unknown) => {
    throw refused(entry, [at(entry, error instanceof Error ? error.message : String(error))]);
  });
  const problems: string[] = [];
  const options: Record<string, string> = {};
  for (const [name, written] of Object.entries(entry.options)) {
    const spec = Object.hasOwn(driver.options, name) ? driver.options[name] : undefined;
    if (spec === undefined) {
      const known = Object.keys(driver.options).join(', ');
      problems.push(at(written, `the driver ${driver.name} has no option ${name}. It has ${known}.`));
    } else if (spec.isSecret && written.variable === null) {
      problems.push(at(written, `the option ${name} is a secret: write { env: NAME } and set that variable.`));
    } else {
      const value = written.variable === null ? written.value : env[written.variable];
      if (value == null || value === '') problems.push(at(written, `the variable ${written.variable} is not set.`));
      else options[name] = value;
    }
  }
  problems.push(...poolsInto(options, entry, driver));
  // A driver that stores files gets a folder of its own when none is named.
  if ('directory' in driver.options) options.directory ??= join(folder, 'volumes', entry.name);
  for (const [name, spec] of Object.entries(driver.options)) {
    if (spec.default === null && options[name] === undefined) {
      problems.push(at(entry, `the option ${name} is missing. ${spec.describes}`));
    }
  }
  if (problems.length > 0) throw refused(entry, problems);
  return { driver, settings: { ...entry, options } };
}

/** Which pools there are is an option of the driver: `pools` or `pool`. */
function poolsInto(options: Record<string, string>, entry: BackendEntry, driver: Driver): string[] {
  const { poolNames } = entry;
  if (poolNames === null) return [];
  if ('pools' in driver.options) options.pools ??= poolNames.join(',');
  else if (!('pool' in driver.options)) return [at(entry, `the driver ${driver.name} has pools of its own.`)];
  else if (poolNames.length !== 1) {
    return [at(entry, `the driver ${driver.name} has one pool: write a back end for each.`)];
  } else options.pool ??= poolNames[0] ?? '';
  return [];
}

const at = ({ line }: Pick<WrittenOption, 'line'>, says: string) => (line === 0 ? says : `line ${line}: ${says}`);

const refused = ({ name }: BackendEntry, problems: readonly string[]) =>
  new CommandError(`the back end ${name} cannot be used:\n${problems.join('\n')}`, exit.usage);
