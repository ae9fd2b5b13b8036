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
  const keys = new Set<string>();
  /** What each project has waiting: of those that have nothing, none. */
  const lines = new Map<string, Line<readonly [key: string, item: Item]>>();
  // The projects of `lines`, each in one of the two.
  const fresh = line<string>();
  const others = line<string>();
  /** Projects whose last piece is at work or just was: they are not fresh before everybody else has had a turn. */
  const served = new Set<string>();

  return {
    add(project, key, item) {
      if (keys.has(key)) return false;
      keys.add(key);
      const mine = lines.get(project) ?? line();
      mine.push([key, item]);
      if (lines.has(project)) return true;
      lines.set(project, mine);
      (served.has(project) ? others : fresh).push(project);
      return true;
    },
    next() {
      const project = fresh.shift() ?? others.shift();
      const mine = project === undefined ? undefined : lines.get(project);
      const [key, item] = mine?.shift() ?? [];
      if (project === undefined || mine === undefined || key === undefined) {
        served.clear();
        return undefined;
      }
      keys.delete(key);
      if (mine.length() > 0) others.push(project);
      else lines.delete(project);
      // A round is over when one that was served comes again.
      if (served.has(project)) served.clear();
      served.add(project);
      return item;
    },
  };
}

interface Line<Item> {
  push(item: Item): void;
  shift(): Item | undefined;
  length(): number;
}

/** First in, first out. An array's own shift() moves all others: 13,000 of them at each message. */
function line<Item>(): Line<Item> {
  let items: Item[] = [];
  let head = 0;
  return {
    push: (item) => items.push(item),
    shift() {
      const item = items[head];
      if (head < items.length) head += 1;
      if (head > 32 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    length: () => items.length - head,
  };
}
