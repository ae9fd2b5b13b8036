/** What waits, handed out of each project in turn. */
export interface Turns<Item> {
  /** False when what has the same key waits already: then nothing is added. */
  add(project: string, key: string, item: Item): boolean;
  /** The next one: the oldest of the project whose turn it is. */
  next(): Item | undefined;
}

/**
 * A project that had nothing waiting comes first: it has been quiet, and waits for one piece of work at most, whatever
 * others have waiting. After that it is behind all others. Adding and handing out cost the same however many wait.
 */
export function turns<Item>(): Turns<Item> {
  // In the order of insertion: the first of `fresh`, then the first of `others`.
  const fresh = new Map<string, Map<string, Item>>();
  const others = new Map<string, Map<string, Item>>();
  /** Projects whose last piece is at work or just was: they are not fresh before everybody else has had a turn. */
  const served = new Set<string>();

  return {
    add(project, key, item) {
      const line = fresh.get(project) ?? others.get(project);
      if (line !== undefined) {
        if (line.has(key)) return false;
        line.set(key, item);
        return true;
      }
      (served.has(project) ? others : fresh).set(project, new Map([[key, item]]));
      return true;
    },
    next() {
      const [from, [project, line] = []] = fresh.size > 0 ? [fresh, first(fresh)] : [others, first(others)];
      if (project === undefined || line === undefined) {
        served.clear();
        return undefined;
      }
      const [key, item] = first(line) ?? [];
      from.delete(project);
      if (key !== undefined) line.delete(key);
      if (line.size > 0) others.set(project, line);
      // A round is over when the first that was served comes again.
      if (served.has(project)) served.clear();
      served.add(project);
      return item;
    },
  };
}

const first = <Key, Value>(map: ReadonlyMap<Key, Value>): readonly [Key, Value] | undefined =>
  map.entries().next().value;
