import type { TUnsafe } from '@sinclair/typebox';
import { leaf, text } from '../http/leaves.ts';

/** A password or a secret: taken as it is, never trimmed, and never shown in what is said about it. */
export function secretText(max = 4096): TUnsafe<string> {
  return leaf<string>(
    { type: 'string', minLength: 1, maxLength: max, writeOnly: true },
    {
      check: (value) =>
        typeof value === 'string' && value.length >= 1 && value.length <= max ? null : `is not 1 to ${max} characters`,
      read: (value) => (typeof value === 'string' ? value : ''),
    },
  );
}

/** A name of a user, project, domain, role or credential. */
export const nameText = () => text({ min: 1 });
/** An id that a client gives. It may be anything: what does not exist is not found. */
export const idText = () => text({ min: 1, max: 255 });
export const longText = () => text({ max: 4096, nullable: true });
