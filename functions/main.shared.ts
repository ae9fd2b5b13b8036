// Composition root of what processes on one database share: the queue, the notices, the keys that sign tokens. They
// are in the common PostgreSQL, or in the memory and the data folder of a single process.
import { join } from 'node:path';
import type { Clock } from '../infra/clock/port.ts';
import type { Database } from '../infra/database/port.ts';
import { fileKeyStore } from '../infra/identity/key-store.ts';
import type { Log } from '../infra/log/port.ts';
import { nodeNotices } from '../infra/notices/node.ts';
import { type NodeQueueOptions, nodeQueue } from '../infra/queue/node.ts';
import type { Secrets } from '../infra/secrets/port.ts';
import { sharedStore } from '../infra/secrets/shared.ts';
import { type NodeSignalsOptions, nodeSignals } from '../infra/signals/node.ts';

export type NodeSharedOptions = NodeSignalsOptions & NodeQueueOptions & { readonly folder: string };

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
}

export function nodeShared(options: NodeSharedOptions, needs: Needs) {
  const signals = nodeSignals(options, needs);
  const queue = nodeQueue(options, { ...needs, signals });
  const ownKeys = fileKeyStore(join(options.folder, 'signing-keys.json'));
  return {
    queue,
    notices: nodeNotices(options, { ...needs, signals }),
    signingKeys: options.databaseUrl === null ? ownKeys : sharedStore(needs, 'signing-keys', ownKeys),
    async close() {
      await queue.close();
      await signals.close();
    },
  };
}
