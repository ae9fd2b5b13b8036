// The parameters of a statement, as the compiler reads them from its text.

/** A parameter's value. JSON is passed as text, with `::jsonb` in the statement; times as ISO 8601 text. */
export type Value = string | number | boolean | null;

type Numbers = 'int' | 'bigint' | 'double' | 'smallint' | 'numeric';
/** The value of a parameter whose type begins the text. */
type ValueOf<Text extends string> = Text extends `interval${string}`
  ? string | null
  : Text extends `${Numbers}${string}`
    ? number | null
    : Text extends `bool${string}`
      ? boolean | null
      : string | null;
type NoName = ' ' | "'" | '\n' | '(' | ')' | '%' | '"' | ',';

/** The parameters in a text: `:id::uuid` becomes `{ id: string | null }`. A text known only as `string` has none. */
export type ParametersIn<Text extends string, Found = unknown> = Text extends `${string}:${infer Rest}`
  ? Rest extends `:${infer AfterCast}`
    ? ParametersIn<AfterCast, Found>
    : Rest extends `${infer Name}::${infer Type}`
      ? Name extends `${string}${NoName}${string}`
        ? ParametersIn<Rest, Found>
        : ParametersIn<Type, Found & { readonly [One in Name]: ValueOf<Type> }>
      : Found
  : Found;

/** A text whose parameters the compiler can see. Declare a constant that is put together with `as const`. */
export type Literal<Text extends string> = string extends Text ? never : Text;

/** For a tuple of texts. For any others the caller states the types. */
export type InAll<Texts extends readonly string[]> = number extends Texts['length']
  ? never
  : Texts extends readonly [infer One extends string, ...infer More extends readonly string[]]
    ? ParametersIn<One> & InAll<More>
    : unknown;
