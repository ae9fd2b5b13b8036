// The API reference as data: what the tests hold our operations and rules against. See operations.txt and rules.txt.
import { readFileSync } from 'node:fs';

/** The least that somebody must be. */
export type Role = 'open' | 'anyone' | 'reader' | 'member' | 'admin';

export interface ReferenceRow {
  /** From 1 to 210. */
  readonly number: number;
  /** The heading that it stands under. */
  readonly group: string;
  readonly method: string;
  readonly path: string;
  /** The only key of the body of a POST …/action. */
  readonly action: string | null;
  readonly success: number;
  /** The microversion that brought it; null: 3.0. */
  readonly since: string | null;
  readonly role: Role;
  /** Asked of every request. */
  readonly rules: readonly string[];
  /** Asked for some requests, or for a field of the answer. */
  readonly furtherRules: readonly string[];
}

const linesOf = (file: string) =>
  readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');

const shape =
  /^(\d+) +(GET|POST|PUT|DELETE) (\S+)(?: ([\w-]+))? +(\d{3}) +(3\.\d+|-) +(open|anyone|reader|member|admin) +(\S.*)$/;

function rowOf(line: string, group: string): ReferenceRow {
  const found = shape.exec(line);
  if (found === null) throw new Error(`operations.txt: ${line}`);
  const [, number, method = '', path = '', action, success, since, role, rules = ''] = found;
  const all = rules === '-' ? [] : rules.split(' ');
  return {
    number: Number(number),
    group,
    method,
    path,
    action: action ?? null,
    success: Number(success),
    since: since === '-' ? null : (since ?? null),
    role: role as Role, // by the shape
    rules: all.filter((one) => !one.startsWith('+')),
    furtherRules: all.filter((one) => one.startsWith('+')).map((one) => one.slice(1)),
  };
}

/** Every operation of the reference, in its order. */
export const referenceRows: readonly ReferenceRow[] = (() => {
  let group = '';
  return linesOf('operations.txt').flatMap((line) => {
    if (!line.startsWith('#')) return [rowOf(line, group)];
    group = line.slice(1).trim();
    return [];
  });
})();

/** Every rule of the reference by its name, with the least that passes it. */
export const referenceRules: ReadonlyMap<string, Role> = new Map(
  linesOf('rules.txt')
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const [role = '', name = ''] = line.split(/ +/);
      return [name, role as Role]; // a typing error fails the test of the defaults
    }),
);
