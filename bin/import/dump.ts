// A dump of Cinder's rows, as printed by queriesOf(). It is read as a whole, and refused as a whole when a line is
// wrong.
import { type CinderTable, cinderTables, dumpFormat } from './cinder-tables.ts';

type Cell = string | number | boolean | null;
export type CinderRow<Table extends CinderTable> = Readonly<Record<(typeof cinderTables)[Table][number], Cell>>;
export type Dump = { readonly [Table in CinderTable]: readonly CinderRow<Table>[] };

export class DumpError extends Error {}

const isTable = (name: unknown): name is CinderTable => typeof name === 'string' && Object.hasOwn(cinderTables, name);

function parsed(line: string, at: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {}
  throw new DumpError(`line ${at}: this is no JSON object. Is it what the queries printed, and nothing else?`);
}

function cell(value: unknown, where: string): Cell {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Cell; // it is one of them
  throw new DumpError(`${where}: a text, a number, true, false or null is wanted`);
}

/** Throws a DumpError that names the line. */
export function readDump(text: string): Dump {
  const rows = Object.fromEntries(Object.keys(cinderTables).map((name) => [name, [] as unknown[]]));
  const lines = text.split('\n');
  let state: 'before' | 'in' | 'over' = 'before';
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const { table, format, ...given } = parsed(line, index + 1);
    if (state === 'before') {
      if (table !== 'cinder' || format !== dumpFormat) {
        throw new DumpError(
          `line ${index + 1}: this is no dump of format ${dumpFormat}: scoria import cinder --queries mysql prints the queries`,
        );
      }
      state = 'in';
    } else if (state === 'over') throw new DumpError(`line ${index + 1}: there is more after the end`);
    else if (table === 'end') state = 'over';
    else if (isTable(table)) {
      const cells = cinderTables[table].map((column) => {
        if (!Object.hasOwn(given, column)) throw new DumpError(`line ${index + 1}: ${table} without ${column}`);
        return [column, cell(given[column], `line ${index + 1}: ${table}.${column}`)];
      });
      rows[table]?.push(Object.fromEntries(cells));
    } else throw new DumpError(`line ${index + 1}: nothing is known of a table ${JSON.stringify(table)}`);
  }
  if (state !== 'over') throw new DumpError('the end is missing: the queries were cut off. Run them again');
  return rows as unknown as Dump; // every row has the columns of its table
}

export const textOf = (value: Cell): string | null => (value === null || value === '' ? null : String(value));
export const isTrue = (value: Cell): boolean => value === true || value === 1 || value === '1' || value === 'true';

/** `2026-11-30 09:00:00.123456`, as databases print it, in UTC as Cinder stores it; null when it is not a time. */
export function timeOf(value: Cell): string | null {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)Z?$/.exec(String(value)) ?? [];
  const text = `${day}T${time}Z`;
  return day === undefined || Number.isNaN(new Date(text).getTime()) ? null : text;
}
