// Reading variables of the environment: what is wrong is said with the variable's name.
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that cannot be used: the message begins with its name. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export const wrong = (name: string, rule: string) => new SettingsError(`${name} ${rule}.`);

/** A whole number within bounds. */
export function number(env: Environment, name: string, otherwise: number, least: number, most: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw wrong(name, `must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  }
  return value;
}

/** A text that must be there. */
export function needed(env: Environment, name: string, why: string): string {
  const text = env[name];
  if (text === undefined || text === '') throw wrong(name, `must be set ${why}`);
  return text;
}

/** An http or https URL without what follows its path. */
export function url(name: string, text: string): URL {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw wrong(name, 'must be a URL that begins with https://');
  const parsed = new URL(text);
  if (parsed.search !== '' || parsed.hash !== '' || parsed.username !== '') {
    throw wrong(name, 'must be a URL without user, "?" and "#"');
  }
  return parsed;
}

/** An http or https URL without a slash at its end; null where there is none. */
export function optionalUrl(env: Environment, name: string): string | null {
  const text = env[name];
  return text ? url(name, text).href.replace(/(?<!\/)\/+$/, '') : null;
}
