// Statements, made of fragments. What a text alone does not show is checked before it is first used: a part that reads one
// which is not there or comes later, a refusal that nothing reads, a parameter without a type. A test asks all of them. The
// parameters that a caller has to give are read off the text by the compiler.
import { check, declaredOnly, type Fragment, lazily, named, read } from './statement-check.ts';
import type { InAll, Literal, ParametersIn, Value } from './statement-parameters.ts';
import { parametersOf, split, withoutQuotes } from './statement-text.ts';

export type { Fragment } from './statement-check.ts';
export { asCte, mainOf } from './statement-main.ts';

export type { Literal, ParametersIn } from './statement-parameters.ts';

/** A fragment, or several that belong together. */
export type Part = Fragment | readonly Part[];
type TakenBy<P> = P extends readonly (infer Each)[]
  ? TakenBy<Each>
  : P extends Fragment<infer One>
    ? (one: One) => void
    : never;
type All<Union> = [Union] extends [never] ? unknown : [Union] extends [(one: infer One) => void] ? One : never;
type Takes<Parts> = All<TakenBy<Parts>>;

const cte = (name: string, text: string, declared?: readonly string[]) =>
  read(
    /\w*/.exec(name)?.[0] ?? '',
    `${name} AS (\n  ${text}\n)`,
    lazily(() => withoutQuotes(text)),
    declared,
  );

/** A CTE: its name (`ended (subject)` where its columns have none), and the text between its parentheses. */
export const fragment = <const Text extends string>(name: string, text: Literal<Text>): Fragment<ParametersIn<Text>> =>
  cte(name, text);

/**
 * A CTE whose text is put together from what callers give: its parameters are those of the texts in `of`. A statement
 * throws when it is used and this has another.
 */
export function fragmentOf<const Of extends readonly string[]>(
  name: string,
  text: string,
  ...of: Of
): Fragment<InAll<Of>> {
  return cte(name, text, of);
}

/** A fragment that writes, and whose outcome the main query has to look at and may refuse. */
export const mustBeRead = <P>(one: Fragment<P>): Fragment<P> => Object.create(one, { refuses: { value: true } });

/** What runs a statement: the database's port. */
interface Runs {
  all<Row>(
    statement: { readonly name: string; readonly text: string },
    parameters?: Readonly<Record<string, Value>>,
  ): Promise<Row[]>;
}

/** A statement whose parts, read for the first time, have passed the checks. Reading them throws when they have not. */
export interface ListedStatement {
  /** Says who sent it in counts, logs and plans: `volumes.show`. */
  readonly name: string;
  readonly text: string;
  readonly fragments: readonly Fragment[];
  /** The query after the fragments. */
  readonly main: Fragment;
  /** The type of each parameter. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The parameters of a statement as the last argument of a function; no argument where it has none. */
export type Given<P> = unknown extends P ? [] : [parameters: P];

/** With the parameters that it takes. */
export interface CheckedStatement<P = unknown> extends ListedStatement {
  /** Runs it and returns its rows. */
  all<Row>(database: Runs, ...parameters: Given<P>): Promise<Row[]>;
}

type TakenByStatement<S> = S extends CheckedStatement<infer P> ? (one: P) => void : never;
/** What a caller of a statement has to give; of one of several: what they take together. */
export type ParametersOf<S> =
  TakenByStatement<S> extends (one: infer P) => void ? { readonly [Name in keyof P]: P[Name] } : never;

/** Every statement that the modules loaded so far have made. */
export const statements: ListedStatement[] = [];

/** A statement as one text. */
export function statement<const Text extends string>(
  name: string,
  text: Literal<Text>,
): CheckedStatement<ParametersIn<Text>>;
/** A statement that is made of fragments, in their order, and the query after them. */
export function statement<const Parts extends readonly Part[], const Text extends string>(
  name: string,
  parts: Parts,
  main: Literal<Text>,
): CheckedStatement<Takes<Parts> & ParametersIn<Text>>;
export function statement(
  name: string,
  ...given: readonly [string] | readonly [readonly Part[], string]
): CheckedStatement<never> {
  return build(name, given);
}

/**
 * A statement whose fragments are put together from lists: its parameters are those of the texts in `of`. Throws when it
 * is used and has another.
 */
export function statementOf<const Of extends readonly string[]>(
  name: string,
  parts: readonly Part[],
  main: string,
  ...of: Of
): CheckedStatement<InAll<Of>>;
export function statementOf(
  name: string,
  parts: readonly Part[],
  main: string,
  ...of: readonly string[]
): CheckedStatement<never> {
  return build(name, [parts, main], of);
}

function build(
  name: string,
  given: readonly [string] | readonly [readonly Part[], string],
  declared?: readonly string[],
): CheckedStatement<never> {
  const parts = lazily(() =>
    named(name, () => {
      const { text, fragments, main, isRecursive } = given.length === 1 ? splitText(given[0]) : together(...given);
      check(fragments, main, isRecursive);
      return { text, fragments, main, parameters: declaredOnly(parametersOf(withoutQuotes(text)), declared) };
    }),
  );
  const made: CheckedStatement<never> = {
    name,
    get text() {
      return parts().text;
    },
    get fragments() {
      return parts().fragments;
    },
    get main() {
      return parts().main;
    },
    get parameters() {
      return parts().parameters;
    },
    all: (database: Runs, ...parameters: readonly Readonly<Record<string, Value>>[]) =>
      database.all(made, ...parameters),
  };
  statements.push(made);
  return made;
}

function splitText(text: string) {
  const { isRecursive, ctes, main } = split(withoutQuotes(text));
  return {
    text,
    isRecursive,
    fragments: ctes.map((one) => read(one.name, one.text, () => one.text)),
    main: read('', main, () => main),
  };
}

function together(parts: readonly Part[], main: string) {
  const fragments = flat(parts);
  const text = `WITH ${fragments.map((one) => one.text).join(', ')}\n${main}`;
  return {
    text,
    isRecursive: false,
    fragments,
    main: read(
      '',
      main,
      lazily(() => withoutQuotes(main)),
    ),
  };
}

const flat = (parts: readonly Part[]): readonly Fragment[] => parts.flatMap((one) => ('name' in one ? one : flat(one)));

/** Whether one of them can refuse the statement, and must be read for it. */
export const mayRefuse = (parts: readonly Part[]) => flat(parts).some(({ refuses }) => refuses);

/** Whether one of them reads or writes `name`. */
export const anyReads = (parts: readonly Part[], name: string) =>
  flat(parts).some(({ relations }) => relations.includes(name));
