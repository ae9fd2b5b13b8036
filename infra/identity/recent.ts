/**
 * The newest values by key, bounded in memory: at least half of `most` are kept, and at most `most`. The older half is
 * forgotten at a stroke: taking out the oldest one by one makes a Map step over every hole to find the next.
 */
export interface Recent<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

export function recent<Value>(most: number): Recent<Value> {
  let newer = new Map<string, Value>();
  let older = new Map<string, Value>();
  return {
    get: (key) => newer.get(key) ?? older.get(key),
    set(key, value) {
      if (newer.size >= most / 2 && !newer.has(key)) {
        older = newer;
        newer = new Map();
      }
      newer.set(key, value);
    },
    delete(key) {
      newer.delete(key);
      older.delete(key);
    },
  };
}
