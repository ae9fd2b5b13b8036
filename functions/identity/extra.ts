// Attributes that Keystone does not name: kept as the client gives them, and shown among the others.
import type { TObject } from '@sinclair/typebox';
import { badRequest } from '../http/faults.ts';
import { valueSchema } from '../http/schemas.ts';
import { type Fields, type View, view } from '../http/view.ts';
import { orConflict } from './faults.ts';

/** A row of something that clients may add attributes to. */
export interface Extended {
  /** A JSON object in text. */
  readonly extra: string;
}

/** For the schema of the inner object of a body: what it does not know reaches the handler, for extraIn(). */
export const open = { keepUnknown: true } as const;

/** A view that also shows what clients have added. */
export function openView<Row extends Extended>(fields: Fields<Row>): View<Row> {
  const known = view<Row>(fields);
  return {
    ...known,
    type: (mode) => ({ at: (minor) => ({ ...known.type(mode).at(minor), additionalProperties: true }) }),
    for(call, mode) {
      const render = known.for(call, mode);
      return (row) => ({ ...(JSON.parse(row.extra) as object), ...render(row) }); // made by extraIn()
    },
  };
}

/**
 * What a checked body has beside the attributes of its schema and of the view, whose values are ours to say. 400 for
 * what PostgreSQL does not keep.
 */
export function extraIn(asked: object, schema: TObject, shown: { readonly fields: object }): object {
  const others = Object.entries(asked).filter(
    ([name]) => !Object.hasOwn(schema.properties, name) && !Object.hasOwn(shown.fields, name),
  );
  for (const [name, value] of others) {
    if (JSON.stringify([name, value]).includes('\\u0000')) throw badRequest('An attribute has a null character.');
    if (name.length > 255) throw badRequest("An attribute's name has more than 255 characters.");
  }
  return Object.fromEntries(others);
}

/** The attributes that the schema knows. */
export function knownIn<T extends object>(asked: T, schema: TObject): T {
  const entries = Object.entries(asked).filter(([name]) => Object.hasOwn(schema.properties, name));
  return Object.fromEntries(entries) as T; // fewer of the optional ones, none of the others
}

const withoutNulls = (value: object) => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));

/** As a column of JSON keeps it at first: null says that there is none. */
export const asObject = (value: object | undefined) => JSON.stringify(withoutNulls(value ?? {}));

/** An assignment that merges an object of the patch into a column: null takes a key away, absence leaves it. */
export const merged = (table: string, column: 'extra' | 'options') => `${column} = (
    SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(
      ${table}.${column} || coalesce(:patch::jsonb -> '${column}', '{}')) e
    WHERE e.value <> 'null'::jsonb)`;

/** Runs a write; 400 when the attributes have become too much. */
export const orTooMuch = <T>(write: Promise<T>): Promise<T> =>
  orConflict('extra_size', () => badRequest('The further attributes have more than 4096 bytes.'), write);

/** An option that is on or off; null takes it away. */
export const optionFlag = () =>
  valueSchema<boolean | null>(
    { type: ['boolean', 'null'] },
    {
      check: (value) => (typeof value === 'boolean' || value === null ? null : 'is not a boolean'),
      read: (value) => (typeof value === 'boolean' ? value : null),
    },
  );
