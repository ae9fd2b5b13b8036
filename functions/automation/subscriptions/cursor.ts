import { type EventPosition, positionIn } from '../../../schema/events.ts';
import { badRequest } from '../../http/faults.ts';

export const isCursor = (text: string) => positionIn(text) !== null;

/** The position of a cursor as events and deliveries have it; null where there is none. 400 for what is no cursor. */
export function cursorIn(name: string, text: string | undefined): EventPosition | null {
  if (text === undefined) return null;
  const position = positionIn(text);
  if (position === null) throw badRequest(`Invalid input: \`${name}\` is no cursor of this log.`);
  return position;
}
