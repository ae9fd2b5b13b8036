import type { EventPosition } from '../../../schema/events.ts';
import { badRequest } from '../../http/faults.ts';

const pattern = /^(\d{1,18})-(\d{1,18})$/;

export const isCursor = (text: string) => pattern.test(text);

/** The position of a cursor as events and deliveries have it; null where there is none. 400 for what is no cursor. */
export function cursorIn(name: string, text: string | undefined): EventPosition | null {
  if (text === undefined) return null;
  const [, transaction, sequence] = pattern.exec(text) ?? [];
  if (transaction === undefined || sequence === undefined) {
    throw badRequest(`Invalid input: \`${name}\` is no cursor of this log.`);
  }
  return { transaction, sequence };
}
