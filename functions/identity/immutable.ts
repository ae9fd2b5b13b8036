// What may not change: resources with the option `immutable`, and attributes that stay as they were made.
import * as Type from '@sinclair/typebox';
import { badRequest, Fault } from '../http/faults.ts';
import { optionFlag } from './extra.ts';

/** The options of domains, projects and roles. */
export const resourceOptions = () =>
  Type.Object({ immutable: Type.Optional(optionFlag()) }, { additionalProperties: false });

interface Patch {
  readonly options?: { readonly immutable?: boolean | null } | undefined;
}

/** Whether a patch only takes `immutable` off, which is all that may be done to what has it. */
export const takesOff = (patch: Patch) =>
  Object.keys(patch).join() === 'options' && patch.options?.immutable !== true && 'immutable' in (patch.options ?? {});

/** The condition of a statement on a row whose options are in a column, with the parameter `takes_off`. */
export const isMutable = <const Table extends string>(table: Table) =>
  `(coalesce((${table}.options ->> 'immutable')::boolean, false) = false OR :takes_off::boolean)` as const;

/** What a guarded change returns: the row as it is now, or no id where the row is there and immutable. */
export type Guarded<Row> = Row | { readonly id: null };
export type GuardedResult<Row> = Row | 'absent' | 'immutable';

export function resultOf<Row extends { readonly id: string }>(row: Guarded<Row> | undefined): GuardedResult<Row> {
  if (row === undefined) return 'absent';
  return isRow(row) ? row : 'immutable';
}

const isRow = <Row>(row: Guarded<Row>): row is Row => (row as { readonly id: string | null }).id !== null;

export const isImmutable = (verb: 'update' | 'delete', kind: string, id: string) =>
  new Fault(403, `Unable to ${verb} immutable ${kind}: ${id}. Set its option "immutable" to false first.`);

/** 400 unless the named attributes are what they were, or not given. */
export function requireSame(asked: object, now: object, names: readonly string[]): void {
  const [given, kept] = [new Map(Object.entries(asked)), new Map(Object.entries(now))];
  for (const name of names) {
    if (given.has(name) && given.get(name) !== kept.get(name)) throw badRequest(`The attribute ${name} cannot change.`);
  }
}

/** Whether a body names an attribute that cannot change: only then what it was need be looked up. */
export const namesAny = (asked: object, names: readonly string[]) => names.some((name) => Object.hasOwn(asked, name));
