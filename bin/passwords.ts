// The passwords of the first users: made at first start, kept in the data folder with mode 600.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ids } from '../infra/ids/port.ts';
import { CommandError } from './command.ts';
import type { Settings } from './settings.ts';

export type UserName = 'admin' | 'demo' | 'reader';
export type Passwords = Readonly<Record<UserName, string>>;

/** 18 random bytes: nothing that can be guessed listens, whatever the address. */
const bytes = 18;

/** The kept passwords, or new ones; SCORIA_ADMIN_PASSWORD goes before what is kept. */
export function passwordsOf(settings: Settings, ids: Ids): Passwords {
  const path = join(settings.folder, 'passwords.json');
  const kept = existsSync(path) ? read(path) : {};
  const passwords: Passwords = {
    admin: settings.adminPassword ?? kept.admin ?? ids.secret(bytes),
    demo: kept.demo ?? ids.secret(bytes),
    reader: kept.reader ?? ids.secret(bytes),
  };
  const text = `${JSON.stringify(passwords, null, 2)}\n`;
  const draft = `${path}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
  return passwords;
}

function read(path: string): Partial<Passwords> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Passwords>;
  } catch {
    throw new CommandError(`${path} is not JSON. Restore it, or remove it to have new passwords made.`);
  }
}
