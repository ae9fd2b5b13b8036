import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Migration, migrate } from './migrate.ts';
import { pgliteDatabase } from './pglite.ts';

const defaultCache = fileURLToPath(new URL('../../node_modules/.cache/scoria/', import.meta.url));

/**
 * The path of a migrated, empty database, for pgliteDatabase({ template }): a folder with it as a `directory` and as a
 * `tar`. Made once for each PGlite version and set of migrations; afterwards a fresh database starts from it without
 * initdb and without migrating.
 */
export async function databaseTemplate(
  migrations: readonly Migration[],
  cache: string = defaultCache,
): Promise<string> {
  const path = pathOf(migrations, cache);
  if (existsSync(path)) return path;
  const draft = `${path}.${randomUUID()}`;
  mkdirSync(draft, { recursive: true });
  try {
    const database = await pgliteDatabase({ directory: join(draft, 'directory') });
    try {
      await migrate(database, migrations);
      writeFileSync(join(draft, 'tar'), await database.dump());
    } finally {
      await database.close();
    }
    publish(draft, path);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return path;
}

/** The template where somebody has made it before: a new data folder is a copy of it. */
export function madeTemplate(migrations: readonly Migration[], cache: string = defaultCache): string | undefined {
  const path = pathOf(migrations, cache);
  return existsSync(path) ? path : undefined;
}

const pathOf = (migrations: readonly Migration[], cache: string) =>
  join(cache, `pglite-${pgliteVersion()}-${fingerprint(migrations)}`);

/**
 * Renamed when whole, so that a second process sees all of it or nothing; a folder that is there is never replaced, as
 * somebody may be reading it.
 */
function publish(draft: string, path: string): void {
  try {
    renameSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}

function pgliteVersion(): string {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  return String(JSON.parse(readFileSync(manifest, 'utf8')).version);
}

function fingerprint(migrations: readonly Migration[]): string {
  const hash = createHash('sha256');
  for (const { id, text } of migrations) hash.update(JSON.stringify([id, text]));
  return hash.digest('hex').slice(0, 16);
}
