// Where no worker runs, the work that a request waits for is done at once, by a back end that says yes to everything:
// so that the suites that ask every operation need not wait for time-outs. It is no statement of the request.

import type { Clock } from '../../infra/clock/port.ts';
import type { Database } from '../../infra/database/port.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { systemIds } from '../../infra/ids/system.ts';
import type { Log } from '../../infra/log/port.ts';
import type { Notices } from '../../infra/notices/port.ts';
import { memoryQueue } from '../../infra/queue/memory.ts';
import type { Secrets } from '../../infra/secrets/port.ts';
import { handle } from '../../workers/consume.ts';
import type { Backend } from '../../workers/driver.ts';
import { memoryBackend } from '../../workers/drivers/memory/index.ts';
import { withChap } from './canaries.ts';

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
}

export function instantNotices({ database, clock, log, secrets }: Needs): Notices {
  const ports = {
    database,
    clock,
    secrets,
    queue: memoryQueue({ clock }),
    ids: systemIds(),
    digests: webDigests(),
    log,
  };
  const backend: Backend = withChap({
    ...memoryBackend({ pools: [{ name: 'pool', totalGiB: 1 }] }),
    connect: async () => ({ driver_volume_type: 'local', data: { device_path: '/dev/null' } }),
    disconnect: async () => {},
  });
  return {
    pauseMilliseconds: 5000,
    left: () => Number.POSITIVE_INFINITY,
    usual: () => null,
    hear: () => () => {},
    async wait(operation) {
      const message = { operation, attempt: 0 };
      await handle(ports, 'instant', backend, { message, receipt: '' });
      return true;
    },
    done() {},
  };
}
