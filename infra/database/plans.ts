import { createHash } from 'node:crypto';
import type { Compiled } from './named.ts';
import type { Statement } from './port.ts';

// A prepared plan is 50 to 100 KB of the server's memory on every connection. Statements past the limit run
// unnamed, planned each time: slower by about 0.2 ms, and bounded.
const planLimit = 600;
/**
 * Texts of one statement that are kept. A list has a text for each mix of filter and limit, which clients choose:
 * whoever sends hundreds of them takes nothing from other statements, and from that list no more than its
 * preparation.
 */
const textsPerStatement = 12;

/**
 * Names the prepared plan of each text: at most 63 bytes (longer names are cut by the server and would collide).
 * Another epoch, other names.
 */
export function planNames(epoch = 0): (statement: Statement, compiled: Compiled) => string | undefined {
  const names = new Map<string, string>();
  const texts = new Map<string, number>();
  return (statement, compiled) => {
    if (statement.plansEach === true) return undefined;
    const known = names.get(compiled.text);
    if (known) return known;
    const count = texts.get(statement.name) ?? 0;
    if (names.size >= planLimit || count >= textsPerStatement) return undefined;
    texts.set(statement.name, count + 1);
    const hash = createHash('sha256').update(compiled.text).digest('hex').slice(0, 16);
    const name = `${statement.name.replace(/[^\w.-]/g, '_').slice(0, 36)}_${epoch}_${hash}`;
    names.set(compiled.text, name);
    return name;
  };
}
