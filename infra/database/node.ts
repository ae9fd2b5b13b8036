// Chooses the database on Node: a PostgreSQL by its URL, or the embedded one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { dataApiPlace, isDataApi } from './data-api/place.ts';
import { dataApiDatabase } from './data-api.ts';
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
  if (databaseUrl !== null)
    return isDataApi(databaseUrl) ? dataApi(databaseUrl) : postgresDatabase({ url: databaseUrl });
  const directory = join(folder, 'database');
  // Only a new one begins from a template: a start on data that is there need not look for it.
  const template = existsSync(directory) ? undefined : madeTemplate(readMigrations());
  return pgliteDatabase({ directory, ...(template === undefined ? {} : { template }) });
}

/** AWS's client takes 60 ms to load, which nobody else need wait for. */
async function dataApi(url: string): Promise<Migratable> {
  const { sdkTransport } = await import('./data-api/sdk.ts');
  const place = dataApiPlace(url);
  return dataApiDatabase({
    ...place,
    transport: sdkTransport(place),
    clock: { sleep: (milliseconds) => setTimeout(milliseconds) },
  });
}
