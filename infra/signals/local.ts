import { listeners } from './listeners.ts';
import { pauses, type Signals } from './port.ts';

/** Words within this process only: where the database does not pass them on (SCORIA_LISTEN). */
export function localSignals(): Signals {
  const { hear, say } = listeners();
  return { pauseMilliseconds: pauses.deaf, tell: say, hear, async close() {} };
}

/** No words at all: of a process that serves some requests and is gone, and whose looks are requests over HTTPS. */
export const aloneSignals = (): Signals => ({
  pauseMilliseconds: pauses.remote,
  tell() {},
  hear: () => () => {},
  async close() {},
});
