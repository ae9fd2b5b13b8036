// Responses as data. Each field says which microversion added it, which rule shows it, and where it appears.

import { type AnswerType, objectAt } from './answer-types.ts';
import type { Call } from './call.ts';
import { jsonOf } from './json.ts';
import type { Links } from './links.ts';
import { minorOf, type Version } from './microversion.ts';

/** What a field may read besides its row. */
export interface ViewContext {
  readonly minor: number;
  readonly links: Links;
  /** Whether the actor passes a rule. Evaluated once per request and rule. */
  allows(rule: string): boolean;
}

interface Appearance {
  readonly since?: Version;
  /** The last microversion that has it. */
  readonly until?: Version;
  /** Shown only to those who pass this rule. */
  readonly policy?: string;
  /** Only in details (show, and lists with /detail), not in summaries. */
  readonly in?: 'detail';
}

/** A field whose JSON is stored ready to send: the text of `get`'s value. Null when there is none. */
interface AsText<Row> {
  readonly text?: (row: Row, context: ViewContext) => string | null;
}

export interface Field<Row> extends Appearance, AsText<Row> {
  readonly type: AnswerType;
  /** The value; `undefined` leaves the key out, where the type is optional. */
  readonly get: (row: Row, context: ViewContext) => unknown;
}

/** A field: its type, which the compiler checks against its value, and where it appears. */
export function field<T, Row>(
  type: AnswerType<T>,
  get: (row: Row, context: ViewContext) => NoInfer<T>,
  appears: Appearance & AsText<Row> = {},
): Field<Row> {
  return { ...appears, type, get };
}

export type Fields<Row> = Readonly<Record<string, Field<Row>>>;
export type Mode = 'summary' | 'detail';

/** A view: renders rows of one kind for one request. */
export interface View<Row> {
  readonly fields: Fields<Row>;
  /** What it renders, for the API description. */
  type(mode: Mode): AnswerType<Readonly<Record<string, unknown>>>;
  /** Decides once which fields the request gets, then renders each row with them. */
  for(call: Call<unknown>, mode: Mode): (row: Row) => Record<string, unknown>;
  /** The same as JSON text, three times as fast: for lists. */
  textFor(call: Call<unknown>, mode: Mode): (row: Row) => string;
}

export function contextOf(call: Call<unknown>): ViewContext {
  const asked = new Map<string, boolean>();
  return {
    minor: call.minor,
    links: call.links,
    allows(rule) {
      const known = asked.get(rule);
      if (known !== undefined) return known;
      const answer = call.policy.allows(rule, call.actor);
      asked.set(rule, answer);
      return answer;
    },
  };
}

export function view<Row>(fields: Fields<Row>): View<Row> {
  const all = Object.entries(fields).map(([name, one]) => ({
    name,
    type: one.type,
    get: one.get,
    write: writerOf(one),
    from: one.since === undefined ? 0 : minorOf(one.since),
    to: one.until === undefined ? Number.POSITIVE_INFINITY : minorOf(one.until),
    policy: one.policy,
    detailOnly: one.in === 'detail',
  }));
  return {
    fields,
    type: (mode) => ({
      at(minor) {
        const shown = all.filter((one) => !(one.detailOnly && mode === 'summary'));
        // The type does not know which actors a rule shows the field to: the key may be missing.
        const types = shown.map(({ name, type, from, to, policy }) => {
          const hidden = policy === undefined ? {} : { isOptional: true as const };
          return [name, { ...type, from, to, ...hidden }] as const;
        });
        return objectAt(types, minor);
      },
    }),
    for(call, mode) {
      const context = contextOf(call);
      const chosen = chosenFrom(all, context, mode);
      return (row) => {
        const out: Record<string, unknown> = {};
        for (const field of chosen) {
          const value = field.get(row, context);
          if (value !== undefined) out[field.name] = value;
        }
        return out;
      };
    },
    textFor(call, mode) {
      const context = contextOf(call);
      const writers = chosenFrom(all, context, mode).map(({ name, write }) => ({
        key: `,${JSON.stringify(name)}:`,
        write,
      }));
      return (row) => {
        let text = '{';
        for (const { key, write } of writers) {
          const value = write(row, context);
          if (value !== undefined) text += text.length === 1 ? key.slice(1) + value : key + value;
        }
        return `${text}}`;
      };
    },
  };
}

/** How a field's JSON is written; undefined: the key is left out. */
function writerOf<Row>({ type, get, text }: Field<Row>): (row: Row, context: ViewContext) => string | undefined {
  const of = (value: unknown) => (value === undefined ? undefined : jsonOf(value));
  if (text !== undefined) return (row, context) => text(row, context) ?? of(get(row, context));
  if (type.isPlain !== true) return (row, context) => of(get(row, context));
  return (row, context) => {
    const value = get(row, context);
    return typeof value === 'string' ? `"${value}"` : of(value);
  };
}

interface Available {
  readonly from: number;
  readonly to: number;
  readonly policy: string | undefined;
  readonly detailOnly: boolean;
}

/** The fields that this request gets. */
function chosenFrom<One extends Available>(all: readonly One[], context: ViewContext, mode: Mode): readonly One[] {
  return all.filter(
    (field) =>
      context.minor >= field.from &&
      context.minor <= field.to &&
      !(field.detailOnly && mode === 'summary') &&
      (field.policy === undefined || context.allows(field.policy)),
  );
}

/**
 * A time as the API writes it: UTC, six digits, no zone letter. Takes a timestamp as PostgreSQL writes it
 * (`2026-11-23 10:00:00.5`).
 */
export function time(value: string): string;
export function time(value: string | null): string | null;
export function time(value: string | null): string | null {
  if (value === null) return null;
  const fraction = value.indexOf('.', 19);
  const digits = fraction === -1 ? '' : value.slice(fraction + 1);
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${digits.padEnd(6, '0')}`;
}
