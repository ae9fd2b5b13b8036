// Settings of where backups are kept.

import type { BackupStore } from '../infra/objects/node.ts';
import { isObjectKey } from '../infra/objects/port.ts';
import { type Environment, needed, url, wrong } from '../infra/settings/environment.ts';

export const backupVariables: readonly (readonly [string, string])[] = [
  ['SCORIA_BACKUP_STORE', 'where backups are kept: directory (in the data folder), s3 (directory); docs/backups.md'],
  ['SCORIA_BACKUP_BUCKET', 'the bucket, which has to be there (needed with s3)'],
  ['SCORIA_BACKUP_PREFIX', 'what the names of all objects begin with (none)'],
  ['SCORIA_BACKUP_REGION', 'region of the bucket (AWS_REGION, or the profile; us-east-1 with an endpoint)'],
  ['SCORIA_BACKUP_ENDPOINT', 'URL of a server that speaks S3 (AWS)'],
  ['SCORIA_BACKUP_PATH_STYLE', 'bucket in the path of URLs: yes, no (yes with an endpoint, else no)'],
  ['SCORIA_BACKUP_HTTP', 'yes allows an endpoint with http:// beyond this machine (no)'],
  ['SCORIA_BACKUP_ENCRYPTION', 'how the server encrypts objects: AES256, aws:kms (as the bucket says)'],
  ['SCORIA_BACKUP_KMS_KEY', "key of aws:kms (the account's own)"],
];

/** Reads the variables. Throws a SettingsError that names the wrong one. */
export function readBackupStore(env: Environment): BackupStore {
  const kind = env.SCORIA_BACKUP_STORE || 'directory';
  if (kind === 'directory') return { kind };
  if (kind !== 's3') throw wrong('SCORIA_BACKUP_STORE', 'must be directory or s3');
  const endpoint = endpointOf(env);
  const encryption = env.SCORIA_BACKUP_ENCRYPTION || null;
  if (encryption !== null && encryption !== 'AES256' && encryption !== 'aws:kms') {
    throw wrong('SCORIA_BACKUP_ENCRYPTION', 'must be AES256 or aws:kms');
  }
  const kmsKey = env.SCORIA_BACKUP_KMS_KEY || null;
  if (kmsKey !== null && encryption !== 'aws:kms') {
    throw wrong('SCORIA_BACKUP_KMS_KEY', 'is only for SCORIA_BACKUP_ENCRYPTION=aws:kms');
  }
  return {
    kind,
    bucket: bucketOf(env),
    prefix: prefixOf(env),
    region: env.SCORIA_BACKUP_REGION || null,
    endpoint,
    isPathStyle: yes(env, 'SCORIA_BACKUP_PATH_STYLE', endpoint !== null),
    encryption,
    kmsKey,
  };
}

function bucketOf(env: Environment): string {
  const name = needed(env, 'SCORIA_BACKUP_BUCKET', 'with SCORIA_BACKUP_STORE=s3');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw wrong('SCORIA_BACKUP_BUCKET', 'must be the name of a bucket: 3 to 63 of a-z, 0-9, "-" and "."');
  }
  return name;
}

/** S3 allows names of 1,024 bytes: with 200 for the prefix there is room for ours. */
const longestPrefix = 200;

function prefixOf(env: Environment): string {
  const prefix = (env.SCORIA_BACKUP_PREFIX ?? '').replace(/(?<!\/)\/+$/, '');
  if (prefix === '' || (prefix.length <= longestPrefix && isObjectKey(prefix))) return prefix;
  const rule = `must be letters, digits, "_", "-", "." and "/", at most ${longestPrefix}, no part beginning with "."`;
  throw wrong('SCORIA_BACKUP_PREFIX', rule);
}

/**
 * Backups cross the network in full, and requests are signed but not encrypted: plain http only within this machine.
 */
function endpointOf(env: Environment): string | null {
  const text = env.SCORIA_BACKUP_ENDPOINT;
  if (text === undefined || text === '') return null;
  const { protocol, hostname } = url('SCORIA_BACKUP_ENDPOINT', text);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (protocol === 'https:' || isHere || yes(env, 'SCORIA_BACKUP_HTTP', false)) return text;
  throw wrong(
    'SCORIA_BACKUP_ENDPOINT',
    'must begin with https:// (or set SCORIA_BACKUP_HTTP=yes: backups then travel in the clear)',
  );
}

function yes(env: Environment, name: string, otherwise: boolean): boolean {
  const text = env[name] || (otherwise ? 'yes' : 'no');
  if (text !== 'yes' && text !== 'no') throw wrong(name, 'must be yes or no');
  return text === 'yes';
}
