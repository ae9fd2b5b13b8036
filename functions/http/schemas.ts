// The values in body schemas: each checks a value, with the wording of jsonschema, and normalises it.
import type { TSchema, TUnsafe } from '@sinclair/typebox';
import * as Type from '@sinclair/typebox';
import { Kind } from '@sinclair/typebox';
import { inPython } from './python.ts';

export interface ValueSchema<T = unknown> {
  /** What is wrong with the value, or null. `name` is the attribute's. */
  readonly check: (value: unknown, name: string) => string | null;
  readonly read: (value: unknown) => T;
}

const valueKind = 'ScoriaLeaf';

/** A value with a check of our own. `json` is its JSON Schema (functions are left out when it is printed). */
export function valueSchema<T>(json: Readonly<Record<string, unknown>>, of: ValueSchema<T>): TUnsafe<T> {
  return Type.Unsafe<T>({ ...json, [Kind]: valueKind, check: of.check, read: of.read });
}

export function asValueSchema(schema: TSchema): ValueSchema | null {
  return schema[Kind] === valueKind ? (schema as TSchema & ValueSchema) : null;
}

/** An object with any keys and any values. Not Type.Record: that loads TypeBox's parser of patterns, 8 KB. */
export const anyObject = (options: { readonly minProperties?: number } = {}) =>
  Type.Unsafe<Record<string, unknown>>(Type.Object({}, { ...options, keepUnknown: true }));

/** Options that every value takes: the microversion that added it. */
interface Since {
  readonly since?: `3.${number}`;
}

const ofType = (value: unknown, type: string) => `${inPython(value)} is not of type '${type}'`;

function lengthProblem(value: string, min: number, max: number): string | null {
  // A character is one or two UTF-16 units: a text of more than twice the limit is too long without counting.
  const length = value.length > max * 2 ? value.length : [...value].length;
  if (length > max) return `${inPython(value)} is too long`;
  return length < min ? `${inPython(value)} is too short` : null;
}

interface TextOptions extends Since {
  readonly min?: number;
  readonly max?: number;
  /** No control characters and no line breaks. */
  readonly printable?: true;
  readonly nullable?: true;
}

// Categories Cc (control), Zl and Zp (line and paragraph separators).
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** A text, trimmed; its length is counted after trimming. */
export function text(options: TextOptions & { readonly nullable: true }): TUnsafe<string | null>;
export function text(options?: TextOptions): TUnsafe<string>;
export function text(options: TextOptions = {}): TUnsafe<string | null> {
  const { min = 0, max = 255 } = options;
  const types = options.nullable ? ['string', 'null'] : 'string';
  return valueSchema<string | null>(
    { type: types, minLength: min, maxLength: max, since: options.since },
    {
      check(value, name) {
        if (value === null && options.nullable) return null;
        if (typeof value !== 'string') return `${inPython(value)} is not of type 'string'`;
        if (value.includes('\u0000')) return `${inPython(value)} has a null character`;
        const trimmed = value.trim();
        if (min > 0 && trimmed === '') {
          return `An invalid '${name}' value was provided. The '${name}' can not be empty.`;
        }
        if (options.printable && unprintable.test(value)) return `${inPython(value)} has characters that do not print`;
        return lengthProblem(trimmed, min, max);
      },
      read: (value) => (typeof value === 'string' ? value.trim() : null),
    },
  );
}

interface IntegerOptions extends Since {
  readonly min?: number;
  readonly max?: number;
  readonly nullable?: true;
}

export const largestInteger = 2_147_483_647;

/** An integer, or its digits in a string. */
export function integer(options: IntegerOptions & { readonly nullable: true }): TUnsafe<number | null>;
export function integer(options?: IntegerOptions): TUnsafe<number>;
export function integer(options: IntegerOptions = {}): TUnsafe<number | null> {
  const { min = 1, max = largestInteger } = options;
  return valueSchema<number | null>(
    {
      type: options.nullable ? ['integer', 'string', 'null'] : ['integer', 'string'],
      minimum: min,
      maximum: max,
      since: options.since,
    },
    {
      check(value) {
        if (value === null && options.nullable) return null;
        if (typeof value === 'string' && !/^-?\d{1,15}$/.test(value))
          return `${inPython(value)} does not match '^[0-9]+$'`;
        if (typeof value !== 'string' && !Number.isInteger(value)) return ofType(value, 'integer');
        const number = Number(value);
        if (number < min) return `${inPython(value)} is less than the minimum of ${min}`;
        return number > max ? `${inPython(value)} is greater than the maximum of ${max}` : null;
      },
      read: (value) => (value === null ? null : Number(value)),
    },
  );
}

export const trueWords: readonly string[] = ['true', '1', 'on', 'yes', 'y', 't'];
export const falseWords: readonly string[] = ['false', '0', 'off', 'no', 'n', 'f'];

/** A boolean, or one of the words that Cinder accepts for one. */
export function flag(options: Since & { readonly nullable?: true } = {}): TUnsafe<boolean> {
  return valueSchema<boolean>(
    { type: ['boolean', 'string'], since: options.since },
    {
      check(value) {
        if (typeof value === 'boolean' || (value === null && options.nullable)) return null;
        const word = typeof value === 'string' ? value.toLowerCase() : '';
        return trueWords.includes(word) || falseWords.includes(word) ? null : ofType(value, 'boolean');
      },
      read: (value) => value === true || (typeof value === 'string' && trueWords.includes(value.toLowerCase())),
    },
  );
}

const uuidPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** Whether a text is a UUID, dashed or not. */
export function isUuid(value: string): boolean {
  return uuidPattern.test(value);
}

/** A UUID as the database has it: lower case, dashed. */
export function dashed(value: string): string {
  const hex = value.replaceAll('-', '').toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A UUID; returned dashed and in lower case. */
export function uuid(options: Since & { readonly nullable: true }): TUnsafe<string | null>;
export function uuid(options?: Since): TUnsafe<string>;
export function uuid(options: Since & { readonly nullable?: true } = {}): TUnsafe<string | null> {
  return valueSchema<string | null>(
    { type: options.nullable ? ['string', 'null'] : 'string', format: 'uuid', since: options.since },
    {
      check(value) {
        if (value === null && options.nullable) return null;
        return typeof value === 'string' && isUuid(value) ? null : `${inPython(value)} is not a 'uuid'`;
      },
      read: (value) => (typeof value === 'string' ? dashed(value) : null),
    },
  );
}

interface MapOptions extends Since {
  /** What a key may be. */
  readonly key: RegExp;
  readonly maxValue?: number;
  readonly nullable?: true;
  readonly nullValues?: true;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

/** A map of strings. Checks the characters and lengths of its keys, and the lengths of its values. */
export function stringMap(options: MapOptions): TUnsafe<Record<string, string>> {
  const { maxValue = 255 } = options;
  const problem = (key: string, value: unknown) => {
    if (!options.key.test(key) || key.length > 255)
      return `Additional properties are not allowed (${inPython(key)} was unexpected)`;
    if (value === null && options.nullValues) return null;
    if (typeof value !== 'string') return ofType(value, 'string');
    if (value.includes('\u0000')) return `${inPython(value)} has a null character`;
    return lengthProblem(value, 0, maxValue);
  };
  return valueSchema<Record<string, string>>(
    {
      type: options.nullable ? ['object', 'null'] : 'object',
      additionalProperties: { type: 'string', maxLength: maxValue },
      since: options.since,
    },
    {
      check(value) {
        if (value === null && options.nullable) return null;
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return ofType(value, 'object');
        const entries = Object.entries(value);
        if (entries.length < (options.minProperties ?? 0)) return `${inPython(value)} does not have enough properties`;
        if (entries.length > (options.maxProperties ?? 1024)) return `${inPython(value)} has too many properties`;
        for (const [key, one] of entries) {
          const wrong = problem(key, one);
          if (wrong !== null) return wrong;
        }
        return null;
      },
      read: (value) => ({ ...(value as Record<string, string> | null) }), // checked above
    },
  );
}

/** One of a few words, case-insensitive; returned in lower case. */
export function word<T extends string>(
  values: readonly T[],
  options: Since & { readonly nullable?: true } = {},
): TUnsafe<T> {
  return valueSchema<T>(
    { type: 'string', enum: values, since: options.since },
    {
      check(value) {
        if (value === null && options.nullable) return null;
        if (typeof value !== 'string') return ofType(value, 'string');
        const known = values.some((one) => one === value.toLowerCase());
        return known ? null : `${inPython(value)} is not one of ${inPython(values)}`;
      },
      read: (value) => (typeof value === 'string' ? value.toLowerCase() : null) as T, // checked above
    },
  );
}

/** Any JSON. */
export function anything(options: Since = {}): TUnsafe<unknown> {
  // PostgreSQL cannot store the null character, in JSON either.
  const check = (value: unknown) =>
    JSON.stringify(value)?.includes('\\u0000') ? `${inPython(value)} has a null character` : null;
  return valueSchema<unknown>({ since: options.since }, { check, read: (value) => value });
}

/** Only null: the value of actions that take nothing. */
export function nothing(): TUnsafe<null> {
  return valueSchema<null>({ type: ['null', 'object', 'string'] }, { check: () => null, read: () => null });
}
