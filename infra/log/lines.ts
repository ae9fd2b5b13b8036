import type { Log, LogFields, LogLevel } from './port.ts';

export type { LogLevel } from './port.ts';

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** One line of JSON for each event at `level` or above: time, level, event, then the fields. */
export function lineLog(write: (line: string) => void, level: LogLevel, now: () => number): Log {
  let least = order.indexOf(level);
  const at = (index: number) => (event: string, fields?: LogFields) => {
    if (index < least) return;
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level: order[index], event, ...fields })}\n`);
  };
  return {
    debug: at(0),
    info: at(1),
    warn: at(2),
    error: at(3),
    level: {
      get: () => order[least] ?? 'error',
      set: (wanted) => {
        least = order.indexOf(wanted);
      },
    },
  };
}

/** A log that keeps nothing. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
