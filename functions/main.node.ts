// Composition root of the API on Node: names the adapters. The workers of the same process get the same ports.
import { join } from 'node:path';
import { systemClock } from '../infra/clock/system.ts';
import { memoryCounters } from '../infra/counters/memory.ts';
import { pgliteDatabase } from '../infra/database/pglite.ts';
import { postgresDatabase } from '../infra/database/postgres.ts';
import { type NodeIdentityOptions, nodeIdentity } from '../infra/identity/node.ts';
import { systemIds } from '../infra/ids/system.ts';
import { type LogLevel, lineLog } from '../infra/log/lines.ts';
import { memoryNotices } from '../infra/notices/memory.ts';
import { directoryObjects } from '../infra/objects/directory.ts';
import { memoryQueue } from '../infra/queue/memory.ts';

export interface NodeOptions extends NodeIdentityOptions {
  /** Null: the embedded database, in the data folder. */
  readonly databaseUrl: string | null;
  readonly logLevel: LogLevel;
}

export function openDatabase(options: Pick<NodeOptions, 'folder' | 'databaseUrl'>) {
  const { folder, databaseUrl: url } = options;
  return url === null ? pgliteDatabase({ directory: join(folder, 'database') }) : postgresDatabase({ url });
}

/** Everything that the API needs, over an open and migrated database. */
export function nodePorts(options: NodeOptions, database: Awaited<ReturnType<typeof openDatabase>>) {
  const clock = systemClock();
  const log = lineLog((line) => process.stderr.write(line), options.logLevel, clock.now);
  const objects = directoryObjects(join(options.folder, 'backups'));
  const common = { database, clock, ids: systemIds(), log, notices: memoryNotices({ clock }), objects };
  const { ports, ...identity } = nodeIdentity(options, { ...common, http: fetch });
  const counters = memoryCounters({ clock });
  return { ports: { ...common, ...ports, queue: memoryQueue({ clock }), counters }, ...identity };
}
