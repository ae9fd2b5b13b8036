// Secrets that processes share through their database: sealed there, so that only those with the same keys can read
// them.
import { statement } from '../../schema/statement.ts';
import type { Database } from '../database/port.ts';
import type { SealingKeyStore, Secrets } from './port.ts';

const readText = statement('secrets.read', 'SELECT s.name, s.sealed FROM shared_secrets s WHERE s.name = :name::text');
const readAllText = statement('secrets.read-all', 'SELECT s.name, s.sealed FROM shared_secrets s ORDER BY s.name');
const addText = statement(
  'secrets.add',
  'INSERT INTO shared_secrets (name, sealed) VALUES (:name::text, :sealed::text) ON CONFLICT (name) DO NOTHING',
);
const writeText = statement(
  'secrets.write',
  `INSERT INTO shared_secrets (name, sealed) VALUES (:name::text, :sealed::text)
ON CONFLICT (name) DO UPDATE SET sealed = EXCLUDED.sealed`,
);
const replaceText = statement(
  'secrets.replace',
  'UPDATE shared_secrets s SET sealed = :sealed::text WHERE s.name = :name::text AND s.sealed = :before::text',
);

interface Row {
  readonly name: string;
  readonly sealed: string;
}

interface Needs {
  readonly database: Database;
  readonly secrets: Secrets;
}

const purpose = (name: string) => `shared:${name}`;

/**
 * One text of that name. Where there is none yet, what `before` holds becomes it: from when each process had its own.
 */
export function sharedStore({ database, secrets }: Needs, name: string, before: SealingKeyStore): SealingKeyStore {
  const read = async (): Promise<string | null> => {
    const [row] = await readText.all<Row>(database, { name });
    return row === undefined ? null : secrets.open(row.sealed, purpose(name));
  };
  const save = async (text: string, onlyIfAbsent = false): Promise<void> => {
    const sealed = await secrets.seal(text, purpose(name));
    await (onlyIfAbsent ? addText : writeText).all(database, { name, sealed });
  };
  return {
    async load() {
      const text = await read();
      const own = text === null ? await before.load() : null;
      if (own === null) return text;
      await save(own, true);
      return read(); // another process may have been first
    },
    save,
  };
}

/** Sealed by the first process of a database, and opened by each that comes after it. */
const witness = 'witness';

/**
 * Rejects with SecretsError when what other processes have sealed in this database cannot be opened here. Seals it
 * with the newest key, so that an older one is not needed any more once every process has started with both.
 */
export async function checkShared({ database, secrets }: Needs): Promise<void> {
  const sealed = await secrets.seal(witness, purpose(witness));
  await addText.all(database, { name: witness, sealed });
  for (const { name, sealed: before } of await readAllText.all<Row>(database)) {
    const text = await secrets.open(before, purpose(name));
    await replaceText.all(database, { name, before, sealed: await secrets.seal(text, purpose(name)) });
  }
}
