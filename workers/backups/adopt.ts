// Importing a record: the backup gets a manifest of its own, which refers to the existing chunks.
import { isObjectKey, type Objects } from '../../infra/objects/port.ts';
import { DriverError } from '../driver.ts';
import { lineageOf, readManifest, writeManifest } from './manifest.ts';
import type { Written } from './write.ts';

/**
 * Makes sure that the backup `id` has a manifest besides the one that the record names, and that all data is still
 * there. Both backups can then be deleted in any order: the chunks go with the last.
 */
export async function adoptBackup(objects: Objects, id: string, recordKey: string): Promise<Written> {
  if (!isObjectKey(recordKey) || !/^manifests\/[^/]+\/[^/]+\.json$/.test(recordKey)) throw missing();
  const manifest = await readManifest(objects, recordKey);
  if (manifest === null) throw missing();
  const key = `${lineageOf(recordKey)}/${id}.json`;
  if (key !== recordKey) {
    await writeManifest(objects, key, { ...manifest, backup: id });
    // By now a removal of the other backup either sees our manifest, or has taken its own away.
    if ((await objects.get(recordKey)) === null) {
      await objects.delete(key);
      throw missing();
    }
  }
  return { key, objectCount: manifest.chunks.length };
}

const missing = () => new DriverError('gone', 'The data of the backup record is not in the store.');
