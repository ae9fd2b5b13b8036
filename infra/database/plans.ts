import { createHash } from 'node:crypto';
import type { Compiled } from './named.ts';
import type { Statement } from './port.ts';

// A prepared plan is 50 to 100 KB of the server's memory on every connection. Statements past the limit run
// unnamed, planned each time: slower by about 0.2 ms, and bounded.
const planLimit = 400;

/** Names the prepared plan of each text: at most 63 bytes (longer names are cut by the server and would collide). Another epoch, other names. */
export function planNames(epoch = 0): (statement: Statement, compiled: Compiled) => string | undefined {
  const names = new Map<string, string>();
  return (statement, compiled) => {
    if (statement.plansEach === true) return undefined;
    const known = names.get(compiled.text);
    if (known) return known;
    if (names.size >= planLimit) return undefined;
    const hash = createHash('sha256').update(compiled.text).digest('hex').slice(0, 16);
    const name = `${statement.name.replace(/[^\w.-]/g, '_').slice(0, 36)}_${epoch}_${hash}`;
    names.set(compiled.text, name);
    return name;
  };
}
