import { createHash, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Migration, migrate } from './migrate.ts';
import { pgliteDatabase } from './pglite.ts';

const defaultCache = fileURLToPath(new URL('../../node_modules/.cache/scoria/', import.meta.url));

/**
 * The path of a migrated, empty database as a tar, for pgliteDatabase({ template }). Made once for each PGlite
 * version and set of migrations; afterwards a fresh database starts from it without initdb and without migrating.
 */
export async function databaseTemplate(
  migrations: readonly Migration[],
  cache: string = defaultCache,
): Promise<string> {
  const path = pathOf(migrations, cache);
  if (existsSync(path)) return path;
  const database = await pgliteDatabase({ memory: true });
  try {
    await migrate(database, migrations);
    mkdirSync(cache, { recursive: true });
    const draft = `${path}.${randomUUID()}`;
    writeFileSync(draft, await database.dump());
    publish(draft, path);
  } finally {
    await database.close();
  }
  return path;
}

/** The template where somebody has made it before: a new data folder begins from it in a third of the time. */
export function madeTemplate(migrations: readonly Migration[], cache: string = defaultCache): string | undefined {
  const path = pathOf(migrations, cache);
  return existsSync(path) ? path : undefined;
}

const pathOf = (migrations: readonly Migration[], cache: string) =>
  join(cache, `pglite-${pgliteVersion()}-${fingerprint(migrations)}.tar`);

/**
 * Linked when whole, so that a second process sees all of it or nothing; never over one that is there, which somebody
 * may be reading: a blob of a file that is replaced meanwhile cannot be read.
 */
function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(draft, { force: true });
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
