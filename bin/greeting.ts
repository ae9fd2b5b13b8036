// What is printed when the API is up.
import { called } from './called.ts';
import { type Clouds, writeClouds } from './clouds.ts';
import type { Context } from './command.ts';
import type { Passwords } from './passwords.ts';
import type { Settings } from './settings.ts';

/** Where tokens come from, if not from us. */
export function externalUrl({ identity }: Settings): string | null {
  if (identity === null) return null;
  return identity.kind === 'keystone' ? identity.url : identity.issuer;
}

/** Passwords are null when the users are not ours; then there is no clouds.yaml to write. */
export function greet(context: Context, settings: Settings, url: string, passwords: Passwords | null): void {
  const clouds = passwords === null ? null : writeClouds(context.folder, url, settings.region, passwords);
  const identity = externalUrl(settings) ?? `${url}/identity/v3`;
  if (context.json) {
    const path = clouds?.path ?? null;
    context.data({ url, blockStorage: `${url}/v3`, identity, folder: settings.folder, clouds: path }, '');
    if (clouds?.path === null) context.say(`clouds.yaml is left alone: ${clouds.why}`);
    return;
  }
  context.say(`${context.bold('Scoria')} is up: ${url}`);
  context.say(`  block storage  ${url}/v3`);
  context.say(`  identity       ${identity}`);
  context.say(`  data           ${settings.folder}${settings.databaseUrl === null ? '' : ' (and DATABASE_URL)'}`);
  if (clouds !== null) tellUsers(context, clouds);
  context.say('Ctrl-C stops it; nothing that was acknowledged is lost.');
}

function tellUsers(context: Context, clouds: Clouds): void {
  context.say('  users          admin, demo, reader (passwords: passwords.json in the data folder)');
  if (clouds.path === null) context.say(`  clouds.yaml    left alone: ${clouds.why}`);
  else context.say(`  clouds.yaml    ${clouds.path} (clouds scoria, scoria-admin, scoria-reader)`);
  context.say('Try it in another terminal, in this folder (openstack: apt-get install python3-openstackclient):');
  context.say(`  ${context.bold(called('demo'))}`);
  context.say(
    `  ${context.bold('export OS_CLOUD=scoria; openstack volume create --size 1 hello && openstack volume list')}`,
  );
}
