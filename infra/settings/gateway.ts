// Settings of what comes before the API: limits, proxies, browsers.
import { defaultLimits, type LimitSettings } from '../../functions/http/limits.ts';
import { defaultServerLimits, type ServerLimits } from '../server/limits.ts';
import { type Environment, number, wrong } from './environment.ts';
import { readRates } from './rates.ts';

export interface GatewaySettings {
  readonly limits: LimitSettings;
  readonly server: ServerLimits;
  readonly proxies: number;
  readonly corsOrigins: readonly string[];
}

export const gatewayVariables: readonly (readonly [string, string])[] = [
  ['SCORIA_CONCURRENT', 'most requests at once, in all (1024; 0: no limit)'],
  ['SCORIA_CONCURRENT_PER_PROJECT', 'most requests at once of one project (256; 0: no limit)'],
  ['SCORIA_WAITING', 'most requests that wait for a change, and streams of events, in one process (4096; 0: no limit)'],
  ['SCORIA_WAITING_PER_PROJECT', 'the same of one project (512; 0: no limit)'],
  ['SCORIA_CONCURRENT_PER_ADDRESS', 'most requests at once of one address (0: no limit)'],
  [
    'SCORIA_CONCURRENT_WITHOUT_PROJECT',
    'most requests at once of one address that have no project, or not yet: sign-ins, bad tokens (256; 0: no limit)',
  ],
  ['SCORIA_RATE_PER_PROJECT', 'requests a second of one project, with a burst after a colon: 50:200 (no limit)'],
  ['SCORIA_RATE_PER_ADDRESS', 'requests a second of one address, with a burst after a colon (no limit)'],
  ['SCORIA_RATE_STATUS', 'what too many requests are told: 413 as Cinder, or 429 (413)'],
  ['SCORIA_HEADER_SECONDS', 'how long a client may take to send the headers of a request (10)'],
  ['SCORIA_REQUEST_SECONDS', 'how long a client may take to send a whole request, with its body (20)'],
  ['SCORIA_ANSWER_SECONDS', 'how long a client may take to read an answer (30)'],
  ['SCORIA_CONNECTIONS', 'most connections at once, in all (8192; 0: no limit)'],
  [
    'SCORIA_CONNECTIONS_PER_ADDRESS',
    'most connections at once of one address (2048, or no limit with SCORIA_PROXIES; 0: no limit)',
  ],
  [
    'SCORIA_COUNTERS',
    'where rates and wrong passwords are counted: memory of each process, or database for all together (database with DATABASE_URL, else memory)',
  ],
  [
    'SCORIA_PROXIES',
    'how many proxies of yours stand in front and write X-Forwarded-For, -Host, -Proto (0: such headers are ignored)',
  ],
  ['SCORIA_CORS_ORIGINS', 'origins whose pages may call the API, with commas between; * for all (none)'],
];

/** Reads the variables. Throws a SettingsError that names the wrong one. */
export function readGatewaySettings(env: Environment): GatewaySettings {
  const proxies = number(env, 'SCORIA_PROXIES', 0, 0, 10);
  return {
    limits: {
      maxTokenBytes: defaultLimits.maxTokenBytes,
      concurrent: most(env, 'SCORIA_CONCURRENT', defaultLimits.concurrent),
      concurrentPerProject: most(env, 'SCORIA_CONCURRENT_PER_PROJECT', defaultLimits.concurrentPerProject),
      concurrentPerAddress: most(env, 'SCORIA_CONCURRENT_PER_ADDRESS', defaultLimits.concurrentPerAddress),
      concurrentWithoutProject: most(env, 'SCORIA_CONCURRENT_WITHOUT_PROJECT', defaultLimits.concurrentWithoutProject),
      waiting: most(env, 'SCORIA_WAITING', defaultLimits.waiting),
      waitingPerProject: most(env, 'SCORIA_WAITING_PER_PROJECT', defaultLimits.waitingPerProject),
      ...readRates(env),
    },
    server: readServerLimits(env, proxies),
    proxies,
    corsOrigins: origins(env.SCORIA_CORS_ORIGINS ?? ''),
  };
}

const most = (env: Environment, name: string, otherwise: number | null) =>
  number(env, name, otherwise ?? 0, 0, 1_000_000) || null;

function readServerLimits(env: Environment, proxies: number): ServerLimits {
  const seconds = (name: string, otherwise: number) => number(env, name, otherwise, 1, 3600);
  // Behind a proxy, the connections of all clients come from one address.
  const perClient = proxies > 0 ? null : defaultServerLimits.connectionsPerClient;
  return {
    headerSeconds: seconds('SCORIA_HEADER_SECONDS', defaultServerLimits.headerSeconds),
    requestSeconds: seconds('SCORIA_REQUEST_SECONDS', defaultServerLimits.requestSeconds),
    answerSeconds: seconds('SCORIA_ANSWER_SECONDS', defaultServerLimits.answerSeconds),
    connections: most(env, 'SCORIA_CONNECTIONS', defaultServerLimits.connections),
    connectionsPerClient: most(env, 'SCORIA_CONNECTIONS_PER_ADDRESS', perClient),
  };
}

function origins(text: string): string[] {
  const all = text.split(',').map((one) => one.trim());
  const named = all.filter((one) => one !== '');
  const isOrigin = (one: string) => one === '*' || (URL.canParse(one) && new URL(one).origin === one);
  if (named.every(isOrigin)) return named;
  throw wrong('SCORIA_CORS_ORIGINS', 'must be origins such as https://console.example, with commas between');
}
