// The app's router. Hono's own tries every handler for every path: 6 µs of the 90 of a show. This one walks a path
// once, segment by segment, and the first route that matches is the only one.
import type { Router } from 'hono/router';

interface Found<T> {
  readonly handler: T;
  /** When it was added: of two that match, the earlier answers. */
  readonly order: number;
  /** The parameters in its path, in order. */
  readonly names: readonly string[];
}

interface Named<T> {
  /** What the segment must be; null: anything that is not empty. */
  readonly pattern: string;
  readonly expression: RegExp | null;
  readonly next: Segment<T>;
}

interface Segment<T> {
  readonly fixed: Map<string, Segment<T>>;
  readonly named: Named<T>[];
  readonly byMethod: Map<string, Found<T>>;
}

/** A path that ends with `/*` matches itself and everything below it. */
interface Below<T> {
  readonly method: string;
  readonly prefix: string;
  readonly handler: T;
  readonly order: number;
}

type Params = Record<string, string>;

const segment = <T>(): Segment<T> => ({ fixed: new Map(), named: [], byMethod: new Map() });

/**
 * Finds what Hono's routers find, with one exception: a route always answers and never passes on, so only the first
 * matching route is found. What does pass on (middleware) is added with `/*`.
 */
export function pathRouter<T>(): Router<T> {
  const root = segment<T>();
  const below: Below<T>[] = [];
  let added = 0;

  function add(method: string, path: string, handler: T): void {
    const order = added;
    added += 1;
    if (path.endsWith('/*')) below.push({ method, prefix: path.slice(0, -2), handler, order });
    else addRoute(method, path, handler, order);
  }

  function addRoute(method: string, path: string, handler: T, order: number): void {
    const names: string[] = [];
    let at = root;
    for (const part of path.slice(1).split('/')) {
      const name = /^:(\w+)(?:\{(.+)\})?$/.exec(part);
      if (name?.[1] !== undefined) names.push(name[1]);
      at = name === null ? fixedIn(at, part) : namedIn(at, name[2] ?? '');
    }
    if (!at.byMethod.has(method)) at.byMethod.set(method, { handler, order, names });
  }

  function match(method: string, path: string): [[T, Params][]] {
    const parts = path.slice(1).split('/');
    const found = walk(root, parts, 0, [], method);
    const fits = (one: Below<T>) =>
      (one.method === method || one.method === 'ALL') &&
      (found === null || one.order < found.order) &&
      path.startsWith(one.prefix) &&
      (path.length === one.prefix.length || path[one.prefix.length] === '/');
    const out: [T, Params][] = [];
    for (const one of below) if (fits(one)) out.push([one.handler, {}]);
    if (found !== null) out.push([found.handler, paramsOf(found)]);
    return [out];
  }

  return { name: 'PathRouter', add, match };
}

function fixedIn<T>(at: Segment<T>, part: string): Segment<T> {
  const known = at.fixed.get(part);
  if (known !== undefined) return known;
  const made = segment<T>();
  at.fixed.set(part, made);
  return made;
}

function namedIn<T>(at: Segment<T>, pattern: string): Segment<T> {
  const known = at.named.find((one) => one.pattern === pattern);
  if (known !== undefined) return known.next;
  const made = { pattern, expression: pattern === '' ? null : new RegExp(`^${pattern}$`), next: segment<T>() };
  at.named.push(made);
  return made.next;
}

interface Walked<T> extends Found<T> {
  readonly values: readonly string[];
}

const paramsOf = <T>({ names, values }: Walked<T>): Params =>
  Object.fromEntries(names.map((name, n) => [name, values[n] ?? '']));

/** The earliest route that matches the parts from `n` on. */
function walk<T>(
  at: Segment<T>,
  parts: readonly string[],
  n: number,
  values: readonly string[],
  method: string,
): Walked<T> | null {
  const part = parts[n];
  if (part === undefined) {
    const found = at.byMethod.get(method);
    return found === undefined ? null : { ...found, values };
  }
  const fixed = at.fixed.get(part);
  let best = fixed === undefined ? null : walk(fixed, parts, n + 1, values, method);
  for (const { expression, next } of at.named) {
    if (part === '' || (expression !== null && !expression.test(part))) continue;
    const other = walk(next, parts, n + 1, [...values, part], method);
    if (other !== null && (best === null || other.order < best.order)) best = other;
  }
  return best;
}
