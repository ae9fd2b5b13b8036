/**
 * The most recently used values by key, limited in number: what every adapter remembers of other services' answers.
 * At most `most` are kept (2 or more), always including the last `most / 2` that were written or read.
 */
export interface Recent<Value, Key = string> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
}

/**
 * Forgets the older half at once. Deleting the oldest one by one makes a Map step over every hole to find the next,
 * which at 20,000 keys takes 13 µs each instead of 0.1.
 */
export function recent<Value, Key = string>(most: number): Recent<Value, Key> {
  const half = Math.max(1, Math.floor(most / 2));
  let newer = new Map<Key, Value>();
  let older = new Map<Key, Value>();
  function set(key: Key, value: Value): void {
    if (newer.size >= half && !newer.has(key)) {
      older = newer;
      newer = new Map();
    }
    newer.set(key, value);
  }
  return {
    get(key) {
      const known = newer.get(key);
      if (known !== undefined) return known;
      const before = older.get(key);
      if (before !== undefined) set(key, before);
      return before;
    },
    set,
    delete(key) {
      newer.delete(key);
      older.delete(key);
    },
  };
}
