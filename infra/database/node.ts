// Chooses the database on Node: a PostgreSQL by its URL, or the embedded one.
import { join } from 'node:path';
import { pgliteDatabase } from './pglite.ts';
import type { Migratable } from './port.ts';
import { postgresDatabase } from './postgres.ts';

export interface NodeDatabaseOptions {
  /** The data folder: where the embedded one is kept. */
  readonly folder: string;
  /** Null: the embedded database. */
  readonly databaseUrl: string | null;
}

export async function nodeDatabase({ folder, databaseUrl: url }: NodeDatabaseOptions): Promise<Migratable> {
  return url === null ? pgliteDatabase({ directory: join(folder, 'database') }) : postgresDatabase({ url });
}
