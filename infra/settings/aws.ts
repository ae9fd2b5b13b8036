// Settings of the functions on AWS: those of docs/settings.md that mean something without a disk and with one request
// at a time. What `scoria start` would make by itself has to be given here.
import type { ExternalIdentity } from '../identity/external.ts';
import { readSealingKeys } from '../secrets/aes-gcm.ts';
import { readComputeSettings } from './compute.ts';
import { readDatabaseUrl } from './database.ts';
import { type Environment, needed, url, wrong } from './environment.ts';
import { readIdentitySettings } from './identity.ts';
import { readKeysSettings } from './keys.ts';
import { readQueueSettings } from './queue.ts';

export type AwsSettings = ReturnType<typeof readAwsSettings>;

const why = 'for a function on AWS';

/** Throws a SettingsError that names the variable. */
export function readAwsSettings(env: Environment) {
  const database = readAwsDatabase(env);
  const identity = readIdentitySettings(env, (path) => path);
  const imageUrl = optionalUrl(env, 'SCORIA_GLANCE_URL');
  const keys = readKeysSettings(env);
  return {
    ...database,
    identity: fromEnvironment(identity),
    secretKeys: sealingKeys(needed(env, 'SCORIA_SECRET_KEYS', why)),
    keys,
    compute: readComputeSettings(env, identity),
    queuePlace: readQueueSettings(env, database.url),
    imageUrl,
    api: {
      imageUrl,
      publicUrl: optionalUrl(env, 'SCORIA_PUBLIC_URL'),
      identityUrl: identity?.kind === 'oidc' ? identity.issuer : (identity?.url ?? ''),
      keyManagerUrl: keys.kind === 'barbican' ? keys.url : null,
      region: env.SCORIA_REGION || 'RegionOne',
      defaultAvailabilityZone: env.SCORIA_ZONE || 'nova',
    },
    logLevel: levelOf(env.SCORIA_LOG || 'warn'),
  };
}

/** What every function needs: where the database is, and with which credentials it is asked. */
export function readAwsDatabase(env: Environment) {
  const url = readDatabaseUrl({ DATABASE_URL: needed(env, 'DATABASE_URL', why) });
  if (!url?.startsWith('data-api:')) throw wrong('DATABASE_URL', `must begin with data-api:// ${why}`);
  return { url, credentials: credentialsOf(env) };
}

/** Those of the function's role, which Lambda renews with the function. */
function credentialsOf(env: Environment) {
  return {
    accessKeyId: needed(env, 'AWS_ACCESS_KEY_ID', why),
    secretAccessKey: needed(env, 'AWS_SECRET_ACCESS_KEY', why),
    sessionToken: env.AWS_SESSION_TOKEN || undefined,
  };
}

/** Files are those of the command: a function has none. */
function fromEnvironment(identity: ReturnType<typeof readIdentitySettings>): ExternalIdentity {
  if (identity === null) throw wrong('SCORIA_IDENTITY', `must be keystone or oidc ${why}`);
  if (identity.kind === 'keystone') {
    const { jwsKeys, ...rest } = identity;
    if (jwsKeys !== null) throw wrong('SCORIA_KEYSTONE_JWS_KEYS', `names a file, and there is none ${why}`);
    return rest;
  }
  const { mapping, ...rest } = identity;
  if (mapping !== null) throw wrong('SCORIA_OIDC_MAPPING', `names a file, and there is none ${why}`);
  return rest;
}

function sealingKeys(text: string): string {
  try {
    readSealingKeys(text);
    return text;
  } catch (error) {
    throw wrong('SCORIA_SECRET_KEYS', `cannot be used: ${error instanceof Error ? error.message : ''}`);
  }
}

function levelOf(text: string) {
  const level = (['debug', 'info', 'warn', 'error'] as const).find((one) => one === text);
  if (level === undefined) throw wrong('SCORIA_LOG', 'must be one of debug, info, warn, error');
  return level;
}

function optionalUrl(env: Environment, name: string): string | null {
  const text = env[name];
  return text ? url(name, text).href.replace(/(?<!\/)\/+$/, '') : null;
}
