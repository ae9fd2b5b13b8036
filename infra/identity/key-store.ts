// Where the signing keys lie: a file that only we may read, or memory.
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface KeyStore {
  /** The text last saved, or null. */
  load(): Promise<string | null>;
  /** Replaces the text, whole or not at all. With `onlyIfAbsent`, a text that is already there stays. */
  save(text: string, onlyIfAbsent?: boolean): Promise<void>;
}

const hasCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code;

/** Keeps the keys in one file of mode 600. Readers see the old text or the new one, never a part. */
export function fileKeyStore(path: string): KeyStore {
  return {
    async load() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return null;
        throw error;
      }
    },
    async save(text, onlyIfAbsent = false) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${randomBytes(6).toString('hex')}`;
      await writeFile(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
      try {
        // link() fails when the name exists: of two processes that start at once, one's keys hold for both.
        if (onlyIfAbsent) await link(temporary, path);
        else await rename(temporary, path);
      } catch (error) {
        if (!onlyIfAbsent || !hasCode(error, 'EEXIST')) throw error;
      } finally {
        await rm(temporary, { force: true });
      }
    },
  };
}

/** Keeps the keys as long as the process lives. */
export function memoryKeyStore(): KeyStore {
  let kept: string | null = null;
  return {
    load: async () => kept,
    save: async (text, onlyIfAbsent = false) => {
      if (!onlyIfAbsent || kept === null) kept = text;
    },
  };
}
