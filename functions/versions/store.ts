import { type Database, sql } from '../../infra/database/port.ts';

const one = sql('versions.ready', 'SELECT 1::int AS one');

/** Resolves when the database answers. */
export async function askDatabase(database: Database): Promise<void> {
  await database.all(one);
}
