// What goes wrong on demand: the next calls that fit fail as the service fails, before their work or after it.
import { ApiError } from './errors.ts';

export interface Fault {
  /** Which calls: the path of the operation (`/Execute`), and a part of the statement. All unless said. */
  readonly path?: string;
  readonly sql?: string;
  /** How many of them. Default 1. */
  readonly times?: number;
  /** So many that fit go through first. Default 0. */
  readonly skip?: number;
  /** `after`: the work is done, and its caller does not hear of it. Default `before`. */
  readonly when?: 'before' | 'after';
  /** What is answered: an exception, a dropped connection, or nothing for ever. */
  readonly answer: { readonly name: string; readonly status?: number; readonly message?: string } | 'drop' | 'silence';
}

export class Dropped extends Error {}
export class Silent extends Error {}

export class Faults {
  readonly #planned: { readonly fault: Fault; skip: number; left: number }[] = [];

  add(fault: Fault): void {
    this.#planned.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#planned.length = 0;
  }

  /** Throws when this call is to fail at this point. */
  check(when: 'before' | 'after', path: string, sql: string): void {
    for (const one of this.#planned) {
      const { fault } = one;
      if (one.left === 0 || (fault.when ?? 'before') !== when) continue;
      if ((fault.path ?? path) !== path || !sql.includes(fault.sql ?? '')) continue;
      if (one.skip > 0) one.skip -= 1;
      else {
        one.left -= 1;
        fail(fault.answer);
      }
    }
  }
}

function fail(answer: Fault['answer']): never {
  if (answer === 'drop') throw new Dropped();
  if (answer === 'silence') throw new Silent();
  throw new ApiError(answer.name, answer.status ?? 400, answer.message ?? `${answer.name} on demand`);
}
