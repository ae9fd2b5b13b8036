// Opening the data folder: made private, held by this process, its database open and migrated.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../functions/main.node.ts';
import { DirectoryBusyError, lockDirectory } from '../infra/database/directory-lock.ts';
import { MigrationError, migrate } from '../infra/database/migrate.ts';
import { readMigrations } from '../infra/database/migrations.ts';
import { DatabaseError, type Migratable } from '../infra/database/port.ts';
import { CommandError, exit } from './command.ts';
import type { Settings } from './settings.ts';

export interface Opened {
  readonly database: Migratable;
  /** The migrations that were applied now. */
  readonly applied: readonly string[];
  close(): Promise<void>;
}

/** Throws a CommandError (`blocked`) when another process holds the folder, and touches nothing then. */
export async function openFolder(settings: Settings): Promise<Opened> {
  try {
    mkdirSync(settings.folder, { recursive: true, mode: 0o700 });
    const lock = lockDirectory(join(settings.folder, 'process'));
    try {
      const isNew = settings.databaseUrl === null && !existsSync(join(settings.folder, 'database'));
      const database = await openDatabase(settings);
      const migrations = readMigrations();
      const missing = await migrate(database, migrations).catch(async (error: unknown) => {
        await database.close();
        throw error;
      });
      // A new database may begin from a template that has them all.
      const applied = isNew ? migrations.map(({ id }) => id) : missing;
      return {
        database,
        applied,
        async close() {
          await database.close();
          lock.release();
        },
      };
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw inWords(error, settings);
  }
}

function inWords(error: unknown, settings: Settings): unknown {
  if (error instanceof DirectoryBusyError) return new CommandError(error.message, exit.blocked);
  if (error instanceof MigrationError) return new CommandError(error.message, exit.blocked);
  if (error instanceof DatabaseError && settings.databaseUrl !== null) {
    return new CommandError(
      `the database at DATABASE_URL cannot be used: ${error.reason}. Check that it runs, that the name and password are right, and that it is PostgreSQL 15 or newer.`,
      exit.blocked,
    );
  }
  return error;
}
