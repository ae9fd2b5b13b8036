// The addresses of a name, as the machine's own resolver knows them: /etc/hosts and name servers.
import { lookup } from 'node:dns/promises';
import { type Recent, recent } from '../recent/port.ts';

/** All addresses of a name; none where it has none or nobody can say. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** A name is looked up once for all that is sent to it within this time. Nothing is sent to an address not checked. */
const keptMilliseconds = 5_000;
/** The resolver has four threads, which files need too: names that hang must not take them all. */
const mostAtOnce = 2;

async function byResolver(name: string): Promise<readonly string[]> {
  return lookup(name, { all: true }).then(
    (found) => found.map(({ address }) => address),
    () => [],
  );
}

interface Known {
  readonly at: number;
  readonly found: Promise<readonly string[]>;
}

/** Looks names up, a few at once, and keeps what it was told for some seconds. */
export function keptLookup(ask: Lookup = byResolver, now: () => number = Date.now): Lookup {
  const known: Recent<Known> = recent(4_000);
  const waiting: (() => void)[] = [];
  let underWay = 0;
  const inTurn: Lookup = async (name) => {
    if (underWay >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    underWay += 1;
    try {
      return await ask(name);
    } finally {
      underWay -= 1;
      waiting.shift()?.();
    }
  };
  return (name) => {
    const before = known.get(name);
    if (before !== undefined && now() - before.at < keptMilliseconds) return before.found;
    const found = inTurn(name);
    known.set(name, { at: now(), found });
    return found;
  };
}
