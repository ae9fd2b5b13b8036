import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Sizes {
  readonly folderMiB: number;
  readonly logMiB: number;
}

/** What a data folder takes on its disk, and the database's log in it. */
export function sizesOf(folder: string): Sizes {
  return { folderMiB: takenBy(join(folder, 'data')), logMiB: takenBy(join(folder, 'data', 'database', 'pg_wal')) };
}

/** Blocks, not lengths: volumes are sparse files. */
function takenBy(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const blocks = names.map((name) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0);
  return blocks.reduce((sum, one) => sum + one, 0) / 2048;
}
