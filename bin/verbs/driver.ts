// scoria driver: lists the drivers, and checks whether a back end is usable before anybody has a volume on it.
import { DirectoryBusyError, lockDirectory } from '../../infra/database/directory-lock.ts';
import { backend, driverNames, driverOf } from '../../workers/main.node.ts';
import { checkBackend } from '../backends/check.ts';
import { resolveBackend } from '../backends/resolve.ts';
import { CommandError, type Context, exit, type Verb } from '../command.ts';
import { readSettings } from '../settings.ts';
import { interrupted } from '../stopping.ts';

export const driver: Verb = {
  name: 'driver',
  summary: 'list the drivers, or check a back end before it is used',
  takes: { words: 2, options: [] },
  help: `usage: scoria driver list [--json]
       scoria driver check BACKEND [--json]

check opens the back end of scoria.yaml (or SCORIA_BACKENDS) with its credentials, says its version, its pools and what
it can do, and makes a volume of 1 GiB, writes to it, reads it, connects it and removes it again. Nothing is left behind.
Exit code 3 when something has to be mended.`,
  async run(context) {
    const [what, name] = context.words;
    if (what === 'list' && name === undefined) return list(context);
    if (what === 'check' && name !== undefined) return check(context, name);
    throw new CommandError('driver needs "list", or "check" and a back end; see scoria driver --help', exit.usage);
  },
};

async function list(context: Context): Promise<number> {
  const drivers = await Promise.all(driverNames.map(driverOf));
  const rows = drivers.map(({ name, describes, protocol, offers, options }) => {
    const all = Object.entries(options).map(([option, spec]) => ({ option, ...spec }));
    return { name, protocol, describes, offers, options: all };
  });
  const text = rows.map(({ name, protocol, describes, offers, options }) => {
    const lines = options.map(({ option, describes: says, default: value }) => {
      const otherwise = value === null ? 'must be given' : value === '' ? 'empty' : value;
      return `    ${option.padEnd(28)} ${says} (${otherwise})\n`;
    });
    return `${context.bold(name)} (${protocol}): ${describes}\n  can: ${offers.join(', ')}\n${lines.join('')}\n`;
  });
  context.data({ drivers: rows }, text.join(''));
  return exit.ok;
}

async function check(context: Context, name: string): Promise<number> {
  const settings = readSettings(context);
  const entry = settings.backends.find((one) => one.name === name);
  if (entry === undefined) {
    const known = settings.backends.map((one) => one.name).join(', ');
    throw new CommandError(`there is no back end ${name}; there are: ${known}`, exit.usage);
  }
  const { driver: found, settings: own } = await resolveBackend(entry, settings.folder, context.env);
  const lock = own.options.directory === undefined ? null : locked(own.options.directory);
  try {
    const stopping = interrupted(context.env);
    const checks = await checkBackend(backend(found, own), stopping);
    const text = checks.map(
      ({ isFine, step, says }) => `${isFine ? 'ok  ' : context.bold('MEND')} ${step.padEnd(12)} ${says}\n`,
    );
    context.data({ backend: name, driver: found.name, checks }, text.join(''));
    return checks.every((one) => one.isFine) ? exit.ok : exit.blocked;
  } finally {
    lock?.release();
  }
}

function locked(directory: string) {
  try {
    return lockDirectory(directory);
  } catch (error) {
    throw error instanceof DirectoryBusyError ? new CommandError(error.message, exit.blocked) : error;
  }
}
