import { createHash } from 'node:crypto';
import { statement } from '../../schema/statement.ts';
import { DatabaseError, type Migratable } from './port.ts';

export interface Migration {
  /** `0001-core`: sorts in the order of application, and never changes once released. */
  readonly id: string;
  readonly text: string;
}

/** What is wrong with the list of migrations, or with the database it is held against. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const ledger = `create table if not exists scoria_migrations (
  id text primary key,
  sha256 text not null,
  applied_at timestamptz not null default now()
)`;

const applied = statement('migrations.applied', 'select m.id, m.sha256 from scoria_migrations m order by m.id');

/**
 * Brings the schema up to date and returns the ids it applied: in order, forward only, each in one transaction
 * together with its line in the ledger, and each exactly once even when several processes start together.
 *
 * The line is inserted before the text runs. A second process waits on its key until the first has committed, then
 * fails on it and looks again. Throws MigrationError when an applied text has changed or a new one sorts before an
 * applied one; DatabaseError when the text itself fails (nothing of it stays).
 */
export async function migrate(database: Migratable, migrations: readonly Migration[]): Promise<string[]> {
  await makeLedger(database);
  const done: string[] = [];
  for (const migration of pending(migrations, await database.all<Line>(applied))) {
    if (await apply(database, migration)) done.push(migration.id);
    else await pendingAgain(database, migrations);
  }
  return done;
}

interface Line {
  id: string;
  sha256: string;
}

/**
 * Two processes may both find no table; the slower one's CREATE then violates a catalog key, and finds it next time.
 */
async function makeLedger(database: Migratable): Promise<void> {
  try {
    await database.script(ledger);
  } catch (error) {
    // Said in three ways, by how far the other one was: a key of the catalog, the table, or the type of its rows.
    const raced =
      error instanceof DatabaseError && (error.failure === 'conflict' || ['42P07', '42710'].includes(error.sqlState));
    if (!raced) throw error;
    await database.script(ledger);
  }
}

/** Another process applied one that we were about to: it must have been the same text. */
async function pendingAgain(database: Migratable, migrations: readonly Migration[]): Promise<void> {
  pending(migrations, await database.all<Line>(applied));
}

function pending(migrations: readonly Migration[], lines: readonly Line[]): Migration[] {
  const known = new Map(lines.map((line) => [line.id, line.sha256]));
  let previous = '';
  for (const migration of migrations) {
    const { id } = migration;
    if (!/^[\w.-]+$/.test(id))
      throw new MigrationError(`migration ${JSON.stringify(id)}: an id is made of letters, digits, dots and dashes`);
    if (id <= previous)
      throw new MigrationError(
        `migration ${id} is listed after ${previous}: list them in the order of their ids, each once`,
      );
    previous = id;
    const sha256 = known.get(id);
    if (sha256 !== undefined && sha256 !== hash(migration)) throw new MigrationError(changed(id));
  }
  return migrations.filter((each) => !known.has(each.id)).map((each) => inOrder(each, lines));
}

function inOrder(migration: Migration, lines: readonly Line[]): Migration {
  const later = lines.find((line) => line.id > migration.id);
  if (!later) return migration;
  throw new MigrationError(
    `migration ${migration.id} is new, but ${later.id} has been applied to this database: give it an id after ${later.id}`,
  );
}

function changed(id: string): string {
  return `migration ${id} has been applied to this database with another text: put the old text back, and write the change as a new migration`;
}

async function apply(database: Migratable, migration: Migration): Promise<boolean> {
  if (/^\s*(commit|rollback|end)\s*;/im.test(withoutBodies(migration.text))) {
    throw new MigrationError(
      `migration ${migration.id} ends its own transaction: remove COMMIT and ROLLBACK, a migration is one transaction`,
    );
  }
  // The id is checked above and the hash is hexadecimal: neither can leave its quotes. Scripts take no parameters.
  const claim = `insert into scoria_migrations (id, sha256) values ('${migration.id}', '${hash(migration)}');`;
  try {
    await database.script(`${claim}\n${migration.text}`);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.reason === 'scoria_migrations_pkey') return false;
    throw error;
  }
}

/** Function bodies are full of END; that is theirs. */
function withoutBodies(text: string): string {
  return text.replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, '').replace(/--[^\n]*/g, '');
}

function hash(migration: Migration): string {
  return createHash('sha256').update(migration.text).digest('hex');
}
