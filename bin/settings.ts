// Settings from the environment, each with its default. Errors name the variable.
import { isAbsolute, join } from 'node:path';
import { clientOf } from '../functions/http/address.ts';
import { isDataApi } from '../infra/database/data-api/place.ts';
import type { LogLevel } from '../infra/log/lines.ts';
import type { BackupStore } from '../infra/objects/node.ts';
import type { QueuePlace } from '../infra/queue/node.ts';
import { readSealingKeys } from '../infra/secrets/aes-gcm.ts';
import { type ComputeSettings, computeVariables, readComputeSettings } from '../infra/settings/compute.ts';
import { readDatabaseUrl } from '../infra/settings/database.ts';
import { number, url, wrong } from '../infra/settings/environment.ts';
import { functionVariables, readScheduleMinutes } from '../infra/settings/function.ts';
import { type GatewaySettings, gatewayVariables, readGatewaySettings } from '../infra/settings/gateway.ts';
import { type IdentitySettings, identityVariables, readIdentitySettings } from '../infra/settings/identity.ts';
import { type KeysSettings, keysVariables, readKeysSettings } from '../infra/settings/keys.ts';
import { queueVariables, readQueueSettings } from '../infra/settings/queue.ts';
import { type RetentionSettings, readRetention, retentionVariables } from '../infra/settings/retention.ts';
import { readWebhookSettings, type WebhookSettings, webhookVariables } from '../infra/settings/webhooks.ts';
import type { Scheduling } from '../workers/scheduler/scheduling.ts';
import { backendsVariables, readBackends } from './backends/environment.ts';
import type { BackendEntry } from './backends/file.ts';
import type { Context } from './command.ts';
import { backupVariables, readBackupStore } from './settings-backups.ts';
import { readScheduling, schedulerVariables } from './settings-scheduler.ts';
import { readListens, readWorkersSettings, type WorkersSettings, workersVariables } from './settings-workers.ts';

export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  readonly databaseUrl: string | null;
  /** Where the SQS queues are; null: the queue is in the database. */
  readonly queuePlace: QueuePlace | null;
  /** How long to wait at start for a PostgreSQL that is not up yet. */
  readonly databaseWaitSeconds: number;
  readonly publicUrl: string | null;
  readonly adminPassword: string | null;
  /** The root URL of a Glance; null: there are no images. */
  readonly imageUrl: string | null;
  /** For how many images each back end keeps a volume, and how many GiB these may take. */
  readonly imageCacheCount: number;
  readonly imageCacheGiB: number;
  readonly region: string;
  readonly zone: string;
  /** The name of this worker's host: the first part of host@backend#pool. */
  readonly workerHost: string;
  /** The cluster of the volume services of this process; null: none. */
  readonly cluster: string | null;
  /** The back ends; their drivers are checked when they are opened. */
  readonly backends: readonly BackendEntry[];
  readonly workers: WorkersSettings;
  readonly scheduling: Scheduling;
  readonly retention: RetentionSettings;
  /** The least minutes between two runs of a snapshot schedule. */
  readonly scheduleMinutes: number;
  /** Whether messages of other processes arrive through the shared PostgreSQL. */
  readonly listens: boolean;
  readonly logLevel: LogLevel;
  readonly tokenSeconds: number;
  /** Clients for which no account is ever closed, however many wrong passwords come from elsewhere. */
  readonly operatorAddresses: readonly string[];
  /** The keys that encrypt secrets in the database; null: one is generated in the data folder. */
  readonly secretKeys: string | null;
  /** The path of the policy file; null: the defaults. */
  readonly policy: string | null;
  /** Null: the embedded Keystone. */
  readonly identity: IdentitySettings | null;
  /** The Nova whose servers use the volumes; null: there is none. */
  readonly compute: ComputeSettings | null;
  /** Where the keys of encrypted volumes are kept. */
  readonly keys: KeysSettings;
  readonly gateway: GatewaySettings;
  readonly backupStore: BackupStore;
  readonly webhooks: WebhookSettings;
  /** Whether processes on one database count requests and wrong passwords together. */
  readonly sharesCounters: boolean;
}

/** The variables, for --help and the docs. */
export const variables: readonly (readonly [string, string])[] = [
  ['SCORIA_HOST', 'address to listen on (127.0.0.1)'],
  ['SCORIA_PORT', 'port to listen on (8776; 0 picks a free one)'],
  ['SCORIA_DATA', 'data folder (.scoria)'],
  [
    'DATABASE_URL',
    'a PostgreSQL to use instead of the embedded one (postgres://…), or Aurora by its Data API (data-api:///NAME?cluster=ARN&secret=ARN)',
  ],
  ['SCORIA_DATABASE_WAIT', 'seconds that start and migrate wait for a PostgreSQL that is not there yet (60)'],
  ['SCORIA_ADMIN_PASSWORD', 'password of the user admin (made at first start)'],
  ['SCORIA_PUBLIC_URL', 'URL that clients use, when it is not the one they connect to (behind a proxy)'],
  ['SCORIA_IMAGE_CACHE_COUNT', 'most images that each back end keeps to clone them (0: none)'],
  ['SCORIA_IMAGE_CACHE_GIB', 'most GiB of them on each back end (200)'],
  ...functionVariables,
  [
    'SCORIA_WORKER_HOST',
    'name of the worker in host@backend#pool; processes that share a database need different ones (scoria)',
  ],
  [
    'SCORIA_CLUSTER',
    'name of the cluster that the back ends belong to, as name@backend; processes that share a database may have the same (none)',
  ],
  ...backendsVariables,
  ...workersVariables,
  ...retentionVariables,
  ...queueVariables,
  ...schedulerVariables,
  ['SCORIA_TOKEN_SECONDS', 'how long a token lives (3600)'],
  [
    'SCORIA_OPERATOR_ADDRESSES',
    'addresses, with commas between, to which no account is closed by wrong passwords from elsewhere (127.0.0.1,::1); docs/identity.md',
  ],
  [
    'SCORIA_SECRET_KEYS',
    'keys that seal secrets in the database, as name:base64 of 32 bytes with commas between; the first seals, all open (made in the data folder)',
  ],
  ['SCORIA_LOG', 'least level that is logged: debug, info (a line for each request), warn, error (warn)'],
  ['SCORIA_POLICY', 'path of a policy.yaml with oslo.policy check strings (none: docs/policies.md)'],
  ...identityVariables,
  ...computeVariables,
  ...keysVariables,
  ...gatewayVariables,
  ...backupVariables,
  ...webhookVariables,
];

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Reads the environment. Throws a SettingsError that names the variable. */
export function readSettings({ env, folder }: Pick<Context, 'env' | 'folder'>): Settings {
  const data = env.SCORIA_DATA || '.scoria';
  const level = levels.find((one) => one === (env.SCORIA_LOG || 'warn'));
  if (level === undefined) throw wrong('SCORIA_LOG', `must be one of ${levels.join(', ')}`);
  const databaseUrl = readDatabaseUrl(env);
  const identity = readIdentitySettings(env, (path) => absolute(folder, path));
  return {
    host: env.SCORIA_HOST || '127.0.0.1',
    port: number(env, 'SCORIA_PORT', 8776, 0, 65_535),
    folder: absolute(folder, data),
    databaseUrl,
    queuePlace: readQueueSettings(env, databaseUrl),
    databaseWaitSeconds: number(env, 'SCORIA_DATABASE_WAIT', 60, 0, 86_400),
    publicUrl: env.SCORIA_PUBLIC_URL || null,
    adminPassword: password(env.SCORIA_ADMIN_PASSWORD),
    imageUrl: env.SCORIA_GLANCE_URL
      ? url('SCORIA_GLANCE_URL', env.SCORIA_GLANCE_URL).href.replace(/(?<!\/)\/+$/, '')
      : null,
    imageCacheCount: number(env, 'SCORIA_IMAGE_CACHE_COUNT', 0, 0, 10_000),
    imageCacheGiB: number(env, 'SCORIA_IMAGE_CACHE_GIB', 200, 1, 1_000_000),
    region: env.SCORIA_REGION || 'RegionOne',
    zone: env.SCORIA_ZONE || 'nova',
    workerHost: name(env, 'SCORIA_WORKER_HOST', 'scoria'),
    cluster: env.SCORIA_CLUSTER ? name(env, 'SCORIA_CLUSTER', '') : null,
    backends: readBackends({ env, folder }),
    workers: readWorkersSettings(env, databaseUrl === null),
    scheduling: readScheduling(env),
    retention: readRetention(env, databaseUrl === null),
    scheduleMinutes: readScheduleMinutes(env),
    // The Data API passes no words on.
    listens: readListens(env) && !isDataApi(databaseUrl),
    logLevel: level,
    tokenSeconds: number(env, 'SCORIA_TOKEN_SECONDS', 3600, 60, 86_400),
    operatorAddresses: addresses(env.SCORIA_OPERATOR_ADDRESSES || '127.0.0.1,::1'),
    secretKeys: sealingKeys(env.SCORIA_SECRET_KEYS),
    policy: env.SCORIA_POLICY ? absolute(folder, env.SCORIA_POLICY) : null,
    identity,
    compute: readComputeSettings(env, identity),
    keys: readKeysSettings(env),
    gateway: readGatewaySettings(env),
    backupStore: readBackupStore(env),
    webhooks: readWebhookSettings(env, databaseUrl === null),
    sharesCounters: sharesCounters(env.SCORIA_COUNTERS || (databaseUrl === null ? 'memory' : 'database')),
  };
}

const absolute = (folder: string, path: string) => (isAbsolute(path) ? path : join(folder, path));

function name(env: Context['env'], variable: string, otherwise: string): string {
  const text = env[variable] || otherwise;
  if (!/^[\w.-]{1,100}$/.test(text)) throw wrong(variable, 'must be letters, digits, "_", "." and "-"');
  return text;
}

function addresses(text: string): string[] {
  return text.split(',').map((one) => {
    const client = clientOf(one);
    if (client === null) throw wrong('SCORIA_OPERATOR_ADDRESSES', 'must be IP addresses with commas between');
    return client;
  });
}

function sharesCounters(where: string): boolean {
  if (where !== 'memory' && where !== 'database') throw wrong('SCORIA_COUNTERS', 'must be memory or database');
  return where === 'database';
}

function sealingKeys(value: string | undefined): string | null {
  if (value === undefined || value === '') return null;
  try {
    readSealingKeys(value);
    return value;
  } catch (error) {
    throw wrong('SCORIA_SECRET_KEYS', `cannot be used: ${error instanceof Error ? error.message : ''}`);
  }
}

function password(value: string | undefined): string | null {
  if (value === undefined || value === '') return null;
  if (value.length < 8) throw wrong('SCORIA_ADMIN_PASSWORD', 'must have at least 8 characters');
  return value;
}
