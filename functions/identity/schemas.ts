import type { TUnsafe } from '@sinclair/typebox';
import { text, valueSchema } from '../http/schemas.ts';

/** A password or a secret: taken as it is, never trimmed, and never shown in what is said about it. */
export function secretText(max = 4096): TUnsafe<string> {
  return valueSchema<string>(
    { type: 'string', minLength: 1, maxLength: max, writeOnly: true },
    {
      check: (value) =>
        typeof value === 'string' && value.length >= 1 && value.length <= max ? null : `is not 1 to ${max} characters`,
      read: (value) => (typeof value === 'string' ? value : ''),
    },
  );
}

/** True or false and nothing that reads like it: what an endpoint is enabled by is no place for guesses. */
export const boolean = (options: { readonly nullable?: true } = {}) =>
  valueSchema<boolean>(
    { type: 'boolean' },
    {
      check: (value) =>
        typeof value === 'boolean' || (value === null && options.nullable) ? null : 'is not true or false',
      read: (value) => value === true,
    },
  );

/** A name of a user, role or credential. */
export const nameText = () => text({ min: 1 });
/** A name of a domain or a project. */
export const shortName = () => text({ min: 1, max: 64 });
/** An id that a client gives. It may be anything: what does not exist is not found. */
export const idText = () => text({ min: 1, max: 255 });
export const longText = () => text({ max: 4096, nullable: true });
