// A message as text, for queues that carry text. Its version is in it: while processes are replaced one after another, old
// ones meet the messages of new ones.
import type { Message } from './port.ts';

const version = 1;

export const encodeMessage = (message: Message): string => JSON.stringify({ version, ...message });

/** The message of a text. Throws for a text that is none, or of a version that is not known here. */
export function decodeMessage(text: string): Message {
  const { version: of, ...message } = JSON.parse(text) as Partial<Message> & { version?: unknown };
  if (of !== version) throw new Error(`a message of version ${String(of)}: this process knows version ${version}`);
  const { operation, attempt, project } = message;
  if (typeof operation !== 'string' || typeof attempt !== 'number' || typeof project !== 'string') {
    throw new Error('a message without operation, attempt or project');
  }
  return { ...message, operation, attempt, project };
}
