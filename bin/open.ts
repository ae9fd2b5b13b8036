// Opens the data folder: makes it private, locks it, opens and migrates its database.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../functions/main.node.ts';
import { DirectoryBusyError, lockDirectory } from '../infra/database/directory-lock.ts';
import { MigrationError, migrate } from '../infra/database/migrate.ts';
import { readMigrations } from '../infra/database/migrations.ts';
import { DatabaseError, type Migratable } from '../infra/database/port.ts';
import { claimFolder, makePrivate, NotPrivateError } from '../infra/database/private-folder.ts';
import { CommandError, exit } from './command.ts';
import type { Settings } from './settings.ts';
import { onceThere, type Waiting } from './waiting.ts';

export interface Opened {
  readonly database: Migratable;
  /** The migrations that were applied this time. */
  readonly applied: readonly string[];
  close(): Promise<void>;
}

/** Folders with a file for each volume or backup. */
const large = ['volumes', 'backups'];

/**
 * Throws a CommandError (`blocked`), without touching anything, when another process holds the folder or it belongs
 * to another user. A process that is not `alone` shares it with others. A database that is not up yet is waited for,
 * because a supervisor starts it together with us.
 */
export async function openFolder(settings: Settings, waiting: Waiting, alone = true): Promise<Opened> {
  try {
    claimFolder(settings.folder);
    const lock = alone ? lockDirectory(join(settings.folder, 'process')) : null;
    try {
      makePrivate(settings.folder, large);
      const isNew = settings.databaseUrl === null && !existsSync(join(settings.folder, 'database'));
      const migrations = readMigrations();
      const { database, missing } = await onceThere(settings.databaseWaitSeconds, waiting, () => opened(settings));
      // A new database may start from a template that already has all migrations.
      const applied = isNew ? migrations.map(({ id }) => id) : missing;
      return {
        database,
        applied,
        async close() {
          await database.close();
          lock?.release();
        },
      };
    } catch (error) {
      lock?.release();
      throw error;
    }
  } catch (error) {
    throw inWords(error, settings);
  }
}

async function opened(settings: Settings) {
  const database = await openDatabase(settings);
  try {
    return { database, missing: await migrate(database, readMigrations()) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function inWords(error: unknown, settings: Settings): unknown {
  if (error instanceof DirectoryBusyError) return new CommandError(error.message, exit.blocked);
  if (error instanceof NotPrivateError) return new CommandError(error.message, exit.blocked);
  if (error instanceof MigrationError) return new CommandError(error.message, exit.blocked);
  if (error instanceof DatabaseError && settings.databaseUrl !== null) {
    return new CommandError(
      `the database at DATABASE_URL cannot be used: ${error.reason}. Check that it runs, that the name and password are right, and that it is PostgreSQL 15 or newer.`,
      exit.blocked,
    );
  }
  return error;
}
