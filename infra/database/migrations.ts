import { readdirSync, readFileSync } from 'node:fs';
import type { Migration } from './migrate.ts';

const defaultDirectory = new URL('../../schema/migrations/', import.meta.url);

/** The migrations of a directory in the order of their names: `0001-core.sql` has the id `0001-core`. */
export function readMigrations(directory: URL = defaultDirectory): Migration[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ id: name.slice(0, -'.sql'.length), text: readFileSync(new URL(name, directory), 'utf8') }));
}
