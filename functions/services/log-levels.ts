// Log levels: what this process writes down, while it runs.
import type { Static } from '@sinclair/typebox';
import type { LogLevel } from '../../infra/log/port.ts';
import { badRequest } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import type { getLogBody, setLogBody } from './body.ts';

/** Their levels by Cinder's names. There is none above error. */
const levels: Readonly<Record<string, LogLevel>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  WARN: 'warn',
  ERROR: 'error',
  CRITICAL: 'error',
};
const names: Readonly<Record<LogLevel, string>> = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' };

const binaries = ['cinder-api', 'cinder-scheduler', 'cinder-volume', 'cinder-backup'] as const;

/** What writes to the log of this process, under the name of the logger. */
const logger = 'scoria';

type Which = Static<typeof getLogBody>;

/** The services whose log is ours: only that of the API, which other processes do not share. */
function isOurs({ binary, server, prefix }: Which): boolean {
  const wanted = binary || '*';
  if (wanted !== '*' && !binaries.some((one) => one === wanted)) {
    throw badRequest(`Invalid input received: Invalid binary name '${wanted}'.`);
  }
  // A server by the name that getLog() gives: `scoria`, or a back end of it as Cinder writes one, `scoria@one`.
  const isServer = !server || server === '*' || server === logger || server.startsWith(`${logger}@`);
  return (wanted === '*' || wanted === 'cinder-api') && isServer && (!prefix || logger.startsWith(prefix));
}

export async function setLog(call: Call<Static<typeof setLogBody>>): Promise<void> {
  const level = levels[call.body.level.toUpperCase()];
  if (level === undefined) {
    throw badRequest(`Invalid input received: Provided log level is not valid: '${call.body.level}'`);
  }
  if (isOurs(call.body)) call.ports.log.level?.set(level);
}

export async function getLog(call: Call<Which>) {
  const level = isOurs(call.body) ? call.ports.log.level?.get() : undefined;
  if (level === undefined) return { log_levels: [] };
  return { log_levels: [{ binary: 'cinder-api', host: logger, levels: { [logger]: names[level] } }] };
}
