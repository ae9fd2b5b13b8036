// The real world, as a worker on Node gives it to a driver.

import { systemClock } from '../../infra/clock/system.ts';
import { nodeProcesses } from '../../infra/processes/node.ts';
import type { DriverPorts } from '../../workers/driver.ts';

const clock = systemClock();

/** What opens the volumes of tests: a copy has the key of its source. */
export const passphrase = '0123456789abcdef'.repeat(4);
/** Volumes whose key is another one. */
export const wrongPassphrases = new Map<string, string>();

export const testPorts: DriverPorts = {
  now: clock.now,
  sleep: clock.sleep,
  http: fetch,
  processes: nodeProcesses(),
  passphrase: (volumeId) => Promise.resolve(wrongPassphrases.get(volumeId) ?? passphrase),
  log(level, event, fields) {
    if (process.env.TEST_LOG !== undefined) process.stderr.write(`${level} ${event} ${JSON.stringify(fields ?? {})}\n`);
  },
};
