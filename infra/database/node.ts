// Chooses the database on Node: a PostgreSQL by its URL, or the embedded one.
import { join } from 'node:path';
import { readMigrations } from './migrations.ts';
import { pgliteDatabase } from './pglite.ts';
import type { Migratable } from './port.ts';
import { postgresDatabase } from './postgres.ts';
import { madeTemplate } from './template.ts';

export interface NodeDatabaseOptions {
  /** The data folder: where the embedded one is kept. */
  readonly folder: string;
  /** Null: the embedded database. */
  readonly databaseUrl: string | null;
}

export async function nodeDatabase({ folder, databaseUrl }: NodeDatabaseOptions): Promise<Migratable> {
  if (databaseUrl !== null) return postgresDatabase({ url: databaseUrl });
  const template = madeTemplate(readMigrations());
  return pgliteDatabase({ directory: join(folder, 'database'), ...(template === undefined ? {} : { template }) });
}
