// The passwords of the first users: generated at the first start, kept in the data folder with mode 600.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BootstrapPorts, bootstrapIdentity, type FirstUser } from '../functions/identity/bootstrap.ts';
import { CommandError } from './command.ts';
import type { Settings } from './settings.ts';

/**
 * The passwords that are known here. A user who existed before, or whose password was changed over the API, has none.
 */
export type Passwords = Partial<Readonly<Record<FirstUser, string>>>;

const users: readonly FirstUser[] = ['admin', 'demo', 'reader'];
/** 18 random bytes: no password that is accepted can be guessed, whatever address the service listens on. */
const bytes = 18;

/**
 * Creates the first users and returns their passwords. The passwords are written down before the users are created,
 * so that a crash in between leaves nobody without one. SCORIA_ADMIN_PASSWORD takes precedence.
 */
export async function firstUsers(settings: Settings, ports: BootstrapPorts): Promise<Passwords> {
  const path = join(settings.folder, 'passwords.json');
  const kept = read(path);
  const chosen: Passwords = settings.adminPassword === null ? {} : { admin: settings.adminPassword };
  const proposed = Object.fromEntries(users.map((user) => [user, kept?.[user] ?? ports.ids.secret(bytes)]));
  if (kept === null) write(path, { ...proposed, ...chosen });
  const made = await bootstrapIdentity(ports, { passwords: chosen, proposed });
  const known = made.flatMap(({ name, password }) => {
    const now = password ?? kept?.[name];
    return now === undefined ? [] : [[name, now] as const];
  });
  const passwords: Passwords = Object.fromEntries(known);
  if (JSON.stringify(passwords) !== JSON.stringify(kept)) write(path, passwords);
  return passwords;
}

function write(path: string, passwords: Passwords): void {
  const draft = `${path}.new`;
  // A file that a killed process left may be readable by others, or a link.
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
}

function read(path: string): Passwords | null {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Passwords;
  } catch {
    throw new CommandError(`${path} is not JSON. Restore it, or remove it and give SCORIA_ADMIN_PASSWORD.`);
  }
}
