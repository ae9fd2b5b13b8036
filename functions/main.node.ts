// Composition root of the API on Node: names the adapters. The workers of the same process get the same ports.
import { join } from 'node:path';
import { systemClock } from '../infra/clock/system.ts';
import { pgliteDatabase } from '../infra/database/pglite.ts';
import { postgresDatabase } from '../infra/database/postgres.ts';
import { embeddedIdentity } from '../infra/identity/embedded.ts';
import { fileKeyStore } from '../infra/identity/key-store.ts';
import { scryptPasswords } from '../infra/identity/passwords.ts';
import { signingKeys } from '../infra/identity/signing-keys.ts';
import { systemIds } from '../infra/ids/system.ts';
import { type LogLevel, lineLog } from '../infra/log/lines.ts';
import { memoryQueue } from '../infra/queue/memory.ts';

export interface NodeOptions {
  /** The data folder. */
  readonly folder: string;
  /** Null: the embedded database, in the data folder. */
  readonly databaseUrl: string | null;
  readonly logLevel: LogLevel;
  readonly tokenSeconds: number;
}

export function openDatabase(options: Pick<NodeOptions, 'folder' | 'databaseUrl'>) {
  const { folder, databaseUrl: url } = options;
  return url === null ? pgliteDatabase({ directory: join(folder, 'database') }) : postgresDatabase({ url });
}

/** Everything that the API needs, over an open and migrated database. */
export function nodePorts(options: NodeOptions, database: Awaited<ReturnType<typeof openDatabase>>) {
  const clock = systemClock();
  const ids = systemIds();
  const log = lineLog((line) => process.stderr.write(line), options.logLevel, clock.now);
  const keys = signingKeys({ store: fileKeyStore(join(options.folder, 'signing-keys.json')), clock, ids });
  const common = { database, clock, ids, log };
  const lifeSeconds = options.tokenSeconds;
  const embedded = embeddedIdentity({ ...common, keys, passwords: scryptPasswords(), lifeSeconds });
  return { ports: { ...common, queue: memoryQueue({ clock }), ...embedded }, load: embedded.load, keys };
}
