// The passwords of the first users: made at first start, kept in the data folder with mode 600.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BootstrapPorts, bootstrapIdentity, type FirstUser } from '../functions/identity/bootstrap.ts';
import { CommandError } from './command.ts';
import type { Settings } from './settings.ts';

/** Those that are known here; a user who was there before, or whose password was changed over the API, has none. */
export type Passwords = Partial<Readonly<Record<FirstUser, string>>>;

const users: readonly FirstUser[] = ['admin', 'demo', 'reader'];
/** 18 random bytes: nothing that can be guessed listens, whatever the address. */
const bytes = 18;

/**
 * Makes the first users and returns their passwords. They are written down before the users are made, so that a
 * crash in between leaves nobody without one; SCORIA_ADMIN_PASSWORD goes before what is kept.
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
  // One that a killed process left may be open to others, or a link.
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
