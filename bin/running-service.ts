// The service that was started in this folder: its address, and how to sign in to it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { called } from './called.ts';
import { readCloudUrl } from './clouds.ts';
import { CommandError, type Context } from './command.ts';
import { ServiceClient } from './service-client.ts';
import type { Settings } from './settings.ts';

/** Its root URL without a trailing slash: `--url`, else the one in its clouds.yaml, else the settings. */
export function rootOf(context: Pick<Context, 'folder' | 'options'>, settings: Settings): string {
  const address = `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${settings.port}`;
  const url = context.options.url ?? readCloudUrl(context.folder) ?? settings.publicUrl ?? address;
  return url.replace(/(?<!\/)\/+$/, '');
}

/** The file with the passwords of the first users. */
export const passwordsIn = (settings: Pick<Settings, 'folder'>) => join(settings.folder, 'passwords.json');

/**
 * The password of one of the first users. When there is none, throws an error that tells the verb's user what to do.
 */
export function passwordOf(user: string, path: string, verb: string): string {
  if (!existsSync(path)) {
    const where = `Start the service in this folder with ${called('start')}, or name its data folder with SCORIA_DATA`;
    throw new CommandError(`there is no ${path}. ${where}; ${verb} needs the users of the embedded identity.`);
  }
  const password: unknown = JSON.parse(readFileSync(path, 'utf8'))[user];
  if (typeof password === 'string') return password;
  throw new CommandError(`${path} does not have the password of ${user}: it was changed.`);
}

/** Its client, signed in as the user admin for a verb. Throws a CommandError that tells the verb's user what to do. */
export async function signedInAsAdmin(
  context: Pick<Context, 'folder' | 'options'>,
  settings: Settings,
  verb: string,
  signal: AbortSignal,
): Promise<ServiceClient> {
  const client = new ServiceClient(rootOf(context, settings), signal);
  const password = settings.adminPassword ?? passwordOf('admin', passwordsIn(settings), verb);
  await client.signIn('admin', password, 'admin');
  return client;
}
