// Settings of the functions on AWS: those of docs/settings.md that make sense without a disk and with one request at
// a time. What `scoria start` would generate must be set here.
import { dataApiPlace } from '../database/data-api/place.ts';
import type { RegionalPlace } from '../queue/functions.ts';
import { readSealingKeys } from '../secrets/aes-gcm.ts';
import { readComputeSettings } from './compute.ts';
import { readDatabaseUrl } from './database.ts';
import { type Environment, needed, optionalUrl, wrong } from './environment.ts';
import { readScheduleMinutes } from './function.ts';
import { identityUrlOf, readIdentityWithoutFiles } from './identity.ts';
import { readKeysSettings } from './keys.ts';
import { readQueueSettings } from './queue.ts';
import { readWebhookSettings } from './webhooks.ts';

export type AwsSettings = ReturnType<typeof readAwsSettings>;

const why = 'for a function on AWS';

/** Throws a SettingsError that names the variable. */
export function readAwsSettings(env: Environment) {
  const database = readAwsDatabase(env);
  const identity = readIdentityWithoutFiles(env, why);
  const imageUrl = optionalUrl(env, 'SCORIA_GLANCE_URL');
  const keys = readKeysSettings(env);
  return {
    ...database,
    identity,
    secretKeys: sealingKeys(needed(env, 'SCORIA_SECRET_KEYS', why)),
    keys,
    compute: readComputeSettings(env, identity),
    webhooks: readWebhookSettings(env, false),
    queuePlace: readQueueOfFunction(env, database.url),
    imageUrl,
    api: {
      imageUrl,
      publicUrl: optionalUrl(env, 'SCORIA_PUBLIC_URL'),
      identityUrl: identityUrlOf(identity),
      keyManagerUrl: keys.kind === 'barbican' ? keys.url : null,
      scheduleMinutes: readScheduleMinutes(env),
      region: env.SCORIA_REGION || 'RegionOne',
      defaultAvailabilityZone: env.SCORIA_ZONE || 'nova',
    },
    logLevel: levelOf(env.SCORIA_LOG || 'warn'),
  };
}

/** The database and the credentials for it. `reason` ends the message about a missing variable. */
export function readAwsDatabase(env: Environment, reason = why) {
  const url = readDatabaseUrl({ DATABASE_URL: needed(env, 'DATABASE_URL', reason) });
  if (!url?.startsWith('data-api:')) throw wrong('DATABASE_URL', `must begin with data-api:// ${reason}`);
  return { url, credentials: credentialsOf(env, reason) };
}

/** The queues are where the function is, or else where its database is. */
export function readQueueOfFunction(env: Environment, url: string): RegionalPlace | null {
  const AWS_REGION = env.AWS_REGION || dataApiPlace(url).region;
  const place = readQueueSettings({ ...env, AWS_REGION }, url);
  return place === null ? null : { ...place, region: place.region ?? AWS_REGION };
}

/** Those of the function's role, which Lambda renews with the function. */
function credentialsOf(env: Environment, reason: string) {
  return {
    accessKeyId: needed(env, 'AWS_ACCESS_KEY_ID', reason),
    secretAccessKey: needed(env, 'AWS_SECRET_ACCESS_KEY', reason),
    sessionToken: env.AWS_SESSION_TOKEN || undefined,
  };
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
