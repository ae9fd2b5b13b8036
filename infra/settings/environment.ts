// Reads environment variables. Every error names its variable.
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable with an unusable value: the message begins with its name. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export const wrong = (name: string, rule: string) => new SettingsError(`${name} ${rule}.`);

/** A whole number within limits. */
export function number(env: Environment, name: string, otherwise: number, least: number, most: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw wrong(name, `must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  }
  return value;
}

/** A required text. */
export function needed(env: Environment, name: string, why: string): string {
  const text = env[name];
  if (text === undefined || text === '') throw wrong(name, `must be set ${why}`);
  return text;
}

/** An http or https URL without query and fragment. */
export function url(name: string, text: string): URL {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw wrong(name, 'must be a URL that begins with https://');
  const parsed = new URL(text);
  if (parsed.search !== '' || parsed.hash !== '' || parsed.username !== '') {
    throw wrong(name, 'must be a URL without user, "?" and "#"');
  }
  return parsed;
}

/** An http or https URL without a trailing slash; null when it is not set. */
export function optionalUrl(env: Environment, name: string): string | null {
  const text = env[name];
  return text ? url(name, text).href.replace(/(?<!\/)\/+$/, '') : null;
}
