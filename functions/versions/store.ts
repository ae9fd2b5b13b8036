import type { Database } from '../../infra/database/port.ts';
import { statement } from '../../schema/statement.ts';

const one = statement('versions.ready', 'SELECT 1::int AS one');

/** Resolves when the database answers. */
export async function askDatabase(database: Database): Promise<void> {
  await one.all(database);
}
