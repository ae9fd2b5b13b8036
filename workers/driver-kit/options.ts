// The options of a driver as they were configured: texts, or absent where the default applies.

import { DriverError, type OptionSpec } from '../driver.ts';

type Specs = Readonly<Record<string, OptionSpec>>;

/**
 * Reads options by their specs. A value that cannot be used rejects with `fatal` and names the option, never its
 * value.
 */
export class Options<S extends Specs> {
  readonly #driver: string;
  readonly #specs: S;
  readonly #given: Readonly<Record<string, string>>;

  constructor(driver: string, specs: S, given: Readonly<Record<string, string>>) {
    this.#driver = driver;
    this.#specs = specs;
    this.#given = given;
  }

  text(name: keyof S & string, rule: RegExp = /^/, must = ''): string {
    const text = this.#given[name] ?? this.#specs[name]?.default ?? null;
    if (text === null) throw new DriverError('fatal', `The ${this.#driver} driver's option ${name} is missing.`);
    if (!rule.test(text)) throw this.refused(name, must);
    return text;
  }

  /** Null for an empty text. */
  textOrNull(name: keyof S & string, rule?: RegExp, must?: string): string | null {
    return this.text(name) === '' ? null : this.text(name, rule, must);
  }

  number(name: keyof S & string, least: number, most: number): number {
    const text = this.text(name);
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw this.refused(name, `must be a number from ${least} to ${most}`);
  }

  flag(name: keyof S & string): boolean {
    return this.text(name, /^(true|false)$/, 'must be true or false') === 'true';
  }

  refused(name: keyof S & string, must: string): DriverError {
    return new DriverError('fatal', `The ${this.#driver} driver's option ${name} cannot be used. It ${must}.`);
  }
}
