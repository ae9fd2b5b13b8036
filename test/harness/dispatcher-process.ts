// A dispatcher that is a process: its arguments are the URL of a PostgreSQL. It ends when it is killed.
import { systemClock } from '../../infra/clock/system.ts';
import { postgresDatabase } from '../../infra/database/postgres.ts';
import { systemIds } from '../../infra/ids/system.ts';
import type { Log } from '../../infra/log/port.ts';
import { readRange } from '../../infra/webhooks/addresses.ts';
import { nodeWebhooks } from '../../infra/webhooks/node.ts';
import { dispatch } from '../../workers/webhooks/dispatcher.ts';
import { instantSecrets } from './secrets.ts';

const [url = ''] = process.argv.slice(2);
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const loopback = readRange('127.0.0.1');
if (loopback === null) throw new Error('127.0.0.1 is a range');

// Its parent may be killed as well.
process.on('disconnect', () => process.exit(1));
await dispatch(
  {
    database: postgresDatabase({ url }),
    clock: systemClock(),
    ids: systemIds(),
    log: silent,
    secrets: instantSecrets,
    webhooks: nodeWebhooks({ allowed: [loopback], agent: 'scoria' }),
  },
  // A short lease: what a killed one had is soon the other one's.
  { atOnce: 8, perSecond: 1_000, pace: { pollMilliseconds: 50, claimMilliseconds: 300, leaseSeconds: 2 } },
  new AbortController().signal,
);
