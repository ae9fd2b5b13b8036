// A fragment: what it reads, whether it refuses, and the checks of a list of fragments.
import { parametersOf, relationsOf, withoutQuotes } from './statement-text.ts';
import { tables } from './tables.ts';

declare const taken: unique symbol;

/** One CTE. `P` are its parameters. */
export interface Fragment<P = unknown> {
  readonly name: string;
  /** The whole CTE, as it is written in a statement. */
  readonly text: string;
  /** The tables and fragments that it reads or writes. */
  readonly relations: readonly string[];
  /** Whether it changes rows; then it runs even if nothing reads it. */
  readonly writes: boolean;
  /** Whether it can refuse the whole statement: then something must read it, or it does not run. */
  readonly refuses: boolean;
  /** The type of each parameter. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly [taken]?: P;
}

/** Prefixes an error with the name of the statement or fragment. */
export function named<T>(name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The result of `make`, which runs when it is first needed. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * A fragment whose text is parsed only when needed: a process that never runs its statements saves the time. `never`:
 * a fragment without parameters fits where any are allowed, and the compiler infers which. With `declared` texts, it
 * may have only the parameters of those.
 */
export function read(name: string, text: string, bare: () => string, declared?: readonly string[]): Fragment<never> {
  const relations = lazily(() => relationsOf(bare()));
  const parameters = lazily(() => declaredOnly(parametersOf(bare()), declared));
  const writes = lazily(() => /^\s*(INSERT|UPDATE|DELETE)\b/i.test(bare()));
  return {
    name,
    text,
    get relations() {
      return relations();
    },
    get parameters() {
      return parameters();
    },
    get writes() {
      return writes();
    },
    get refuses() {
      return !writes() && /\brefuse\(/.test(bare());
    },
  };
}

/** Throws when there is a parameter that the texts in `declared` do not have. */
export function declaredOnly(parameters: Fragment['parameters'], declared: readonly string[] | undefined) {
  if (declared === undefined) return parameters;
  const types = parametersOf(declared.map(withoutQuotes).join(' '));
  const more = Object.keys(parameters).find((one) => types[one] !== parameters[one]);
  if (more !== undefined) throw new Error(`the parameter :${more} is not among those that are declared`);
  return parameters;
}

/** Throws for mistakes that PostgreSQL would find only when the statement runs, or never. */
export function check(fragments: readonly Fragment[], main: Fragment, isRecursive: boolean): void {
  const all = new Map<string, Fragment>();
  for (const one of fragments) {
    if (all.has(one.name)) throw new Error(`two fragments are called ${one.name}`);
    if (isRecursive) all.set(one.name, one);
    const later = new Set(fragments.map(({ name }) => name).filter((name) => !all.has(name)));
    // Reading its parameters checks that they are declared.
    named(one.name, () => areThere(one, all, later) ?? one.parameters);
    all.set(one.name, one);
  }
  areThere(main, all, new Set());
  const isRead = new Set<string>();
  const follow = (one: Fragment) => {
    for (const name of one.relations) {
      const next = all.get(name);
      if (next === undefined || isRead.has(name)) continue;
      isRead.add(name);
      follow(next);
    }
  };
  follow(main);
  const unread = fragments.find(({ name, refuses }) => refuses && !isRead.has(name));
  if (unread !== undefined) {
    throw new Error(
      `nothing reads ${unread.name}, so it never refuses: WHERE (SELECT count(*) FROM ${unread.name}) = 0`,
    );
  }
  for (const one of fragments) if (one.writes) follow(one);
  const idle = fragments.find(({ name, writes }) => !writes && !isRead.has(name));
  if (idle !== undefined) throw new Error(`nothing reads ${idle.name}, so it never runs`);
}

function areThere(one: Fragment, all: ReadonlyMap<string, Fragment>, later: ReadonlySet<string>): void {
  for (const name of one.relations) {
    if (all.has(name) || (tables.has(name) && !later.has(name)) || name.startsWith('pg_')) continue;
    if (later.has(name)) throw new Error(`reads ${name}, which comes after it`);
    throw new Error(`reads ${name}, which is neither a fragment before it nor in schema/tables.ts`);
  }
}
