// The types of answers: JSON Schemas as values. Each is made when asked for, so a service whose description nobody
// requests never holds them in memory.
import { minorOf, type Version } from './microversion.ts';

export type Json = Readonly<Record<string, unknown>>;

/** The type of a value in an answer. `T` is the type of the value that is rendered, so the two cannot disagree. */
export interface AnswerType<T = unknown> {
  /** Its JSON Schema at a minor version. */
  readonly at: (minor: number) => Json;
  /** The key may be missing. */
  readonly isOptional?: true;
  /** The first and the last minor version that have it, where the type says so. */
  readonly from?: number;
  readonly to?: number;
  /** A media type other than JSON. */
  readonly media?: string;
  /** Its texts contain nothing that JSON escapes. */
  readonly isPlain?: true;
  /** Does not exist at run time: it carries the type. */
  readonly of?: T;
}

const plain = <T>(schema: Json): AnswerType<T> => ({ at: () => schema });

export const text = plain<string>({ type: 'string' });
export const uuid: AnswerType<string> = { ...plain({ type: 'string', format: 'uuid' }), isPlain: true };
export const url = plain<string>({ type: 'string', format: 'uri' });
export const integer = plain<number>({ type: 'integer' });
export const count = plain<number>({ type: 'integer', minimum: 0 });
export const real = plain<number>({ type: 'number' });
export const boolean = plain<boolean>({ type: 'boolean' });
export const nothing = plain<null>({ type: 'null' });
/** Any JSON. */
export const anything = plain<unknown>({});
/** Any JSON object: assembled by a driver or a user. */
export const record = plain<object>({ type: 'object' });
/** A time as view.ts writes it: UTC, six digits, no zone. */
export const moment: AnswerType<string> = {
  ...plain({ type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}$' }),
  isPlain: true,
};

/** One of a few words. */
export function word<const Words extends readonly string[]>(...words: Words): AnswerType<Words[number]> {
  return plain({ type: 'string', enum: words });
}

/** One of the keys of a table, or of the words in a list. */
export const among = (words: readonly string[] | object): AnswerType<string> => ({
  at: () => ({ type: 'string', enum: Array.isArray(words) ? words : Object.keys(words) }),
});

/** A text that a regular expression matches. */
export const matching = (pattern: RegExp): AnswerType<string> => plain({ type: 'string', pattern: pattern.source });

/** Exactly this value. */
export const exactly = <const T>(value: T): AnswerType<T> => plain({ const: value });

/** Plain text, not JSON. */
export const plainText: AnswerType<string> = { ...text, media: 'text/plain' };

/** Bytes, not JSON. */
export const bytes: AnswerType<Uint8Array> = { ...plain({ type: 'string' }), media: 'application/octet-stream' };

export function orNull<T>(type: AnswerType<T>): AnswerType<T | null> {
  return {
    ...type,
    at(minor) {
      const schema = type.at(minor);
      if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
      const words = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
      return { ...schema, type: [schema.type, 'null'], ...words };
    },
  };
}

/** A key that is not always there. */
export function optional<T>(type: AnswerType<T>): AnswerType<T | undefined> {
  return { ...type, isOptional: true };
}

/** A key that a microversion added. */
export const since = <T>(version: Version, type: AnswerType<T>): AnswerType<T> => ({ ...type, from: minorOf(version) });

/** The type at one microversion, as the same schema for every version. */
export const at = <T>(version: Version, type: AnswerType<T>): AnswerType<T> => ({
  ...type,
  at: () => type.at(minorOf(version)),
});

/** One of several types. */
export const either = <A, B>(a: AnswerType<A>, b: AnswerType<B>): AnswerType<A | B> => ({
  at: (minor) => ({ anyOf: [a.at(minor), b.at(minor)] }),
});

export const listOf = <T>(item: AnswerType<T>): AnswerType<readonly T[]> => ({
  at: (minor) => ({ type: 'array', items: item.at(minor) }),
});

/** A map from any key. */
export const mapOf = <T>(value: AnswerType<T>): AnswerType<Readonly<Record<string, T>>> => ({
  at: (minor) => ({ type: 'object', additionalProperties: value.at(minor) }),
});

/** A map of texts: metadata, specs. */
export const texts = mapOf(text);
/** Such a map echoed back from the request, where a null removes its key. */
export const textsOrNulls = mapOf(orNull(text));

/** Exactly one pair of a map, under any key. */
export const pairOf = <T>(value: AnswerType<T>): AnswerType<Readonly<Record<string, T>>> => ({
  at: (minor) => ({ ...mapOf(value).at(minor), minProperties: 1, maxProperties: 1 }),
});

export type AnswerTypes = Readonly<Record<string, AnswerType>>;
type Of<Each extends AnswerTypes> = {
  readonly [Name in keyof Each]: Each[Name] extends AnswerType<infer T> ? T : never;
};

/** An object with these keys, and no other. */
export function object<const Each extends AnswerTypes>(keys: Each): AnswerType<Of<Each>> {
  return { at: (minor) => objectAt(Object.entries(keys), minor) };
}

/** An object with these keys, and others that we do not decide about. */
export const open = (keys: AnswerTypes, others: AnswerType = anything): AnswerType<object> => ({
  at: (minor) => ({ ...objectAt(Object.entries(keys), minor), additionalProperties: others.at(minor) }),
});

export function objectAt(keys: readonly (readonly [string, AnswerType])[], minor: number): Json {
  const there = keys.filter(([, { from = 0, to = minor }]) => minor >= from && minor <= to);
  const required = there.filter(([, type]) => type.isOptional !== true).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(there.map(([name, type]) => [name, type.at(minor)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** The keys of an object, with these added. */
export const beside = (type: AnswerType, keys: AnswerTypes): AnswerType => ({
  at(minor) {
    const [a, b] = [type.at(minor), objectAt(Object.entries(keys), minor)];
    const required = [a, b].flatMap((one) => (one.required ?? []) as readonly string[]); // objectAt() makes these
    return { ...a, properties: { ...Object(a.properties), ...Object(b.properties) }, required };
  },
});

export interface Link {
  readonly rel: string;
  readonly href: string;
}

/** Links to an item, or to the next page. */
export const links: AnswerType<readonly Link[]> = listOf(object({ rel: text, href: url }));
