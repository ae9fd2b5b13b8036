// A message as text, for queues that carry text. Its version is in it: while processes are replaced one after
// another, old ones meet the messages of new ones, and new ones those of old ones.
import type { Message } from './port.ts';

const version = 1;

export const encodeMessage = (message: Message): string => JSON.stringify({ version, ...message });

/** A message of a version that is not known here: a newer process understands it. */
export class UnknownVersionError extends Error {
  constructor(of: number) {
    super(`a message of version ${of}: this process knows version ${version}`);
    this.name = 'UnknownVersionError';
  }
}

/**
 * The message of a text. What a newer process of the same version has put there too is kept. Throws an
 * UnknownVersionError for one of another version, and another error for a text that no process has written.
 */
export function decodeMessage(text: string): Message {
  const { version: of, ...message } = JSON.parse(text) as Partial<Message> & { version?: unknown };
  if (typeof of === 'number' && of !== version) throw new UnknownVersionError(of);
  if (of !== version) throw new Error('a message without a version');
  const { operation, attempt, project } = message;
  if (typeof operation !== 'string' || typeof attempt !== 'number' || typeof project !== 'string') {
    throw new Error('a message without operation, attempt or project');
  }
  return { ...message, operation, attempt, project };
}
