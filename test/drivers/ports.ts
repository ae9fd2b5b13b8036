// The real world, as a worker on Node gives it to a driver.

import { systemClock } from '../../infra/clock/system.ts';
import { nodeProcesses } from '../../infra/processes/node.ts';
import type { DriverPorts } from '../../workers/driver.ts';

const clock = systemClock();

export const testPorts: DriverPorts = {
  now: clock.now,
  sleep: clock.sleep,
  http: fetch,
  processes: nodeProcesses(),
  log(level, event, fields) {
    if (process.env.TEST_LOG !== undefined) process.stderr.write(`${level} ${event} ${JSON.stringify(fields ?? {})}\n`);
  },
};
