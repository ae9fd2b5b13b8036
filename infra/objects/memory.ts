import { assertObjectKey, type Objects } from './port.ts';

export interface MemoryObjects extends Objects {
  /** What is kept, for tests to look at and to damage. */
  readonly kept: Map<string, Uint8Array>;
}

/** Objects in memory: the whole contract, for tests. */
export function memoryObjects(): MemoryObjects {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    async put(key, bytes) {
      assertObjectKey(key);
      kept.set(key, new Uint8Array(bytes));
    },
    async get(key) {
      assertObjectKey(key);
      return kept.get(key) ?? null;
    },
    async delete(key) {
      assertObjectKey(key);
      kept.delete(key);
    },
    async *list(prefix) {
      assertObjectKey(prefix);
      for (const key of [...kept.keys()]) if (key.startsWith(`${prefix}/`)) yield key;
    },
  };
}
