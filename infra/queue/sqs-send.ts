// Sending to SQS, and taking out what is done: ten at once, and what SQS did not take of a batch once more.
import { createHash } from 'node:crypto';
import type { Clock } from '../clock/port.ts';
import { encodeMessage } from './message.ts';
import { checkDelay, type Message, type Sender } from './port.ts';
import { jitter, type SqsCall, SqsError } from './sqs-calls.ts';
import type { SqsLines } from './sqs-lines.ts';

/** Of one request of SQS. */
export const mostOfBatch = 10;
const mostTries = 5;

interface Failed {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  readonly SenderFault?: boolean | undefined;
}

/**
 * Hands all items over in batches. What a batch leaves is tried again, with jitter between; throws when SQS will not
 * have it, or not in five tries.
 */
export async function inBatches<Item>(
  items: readonly Item[],
  clock: Clock,
  send: (entries: (Item & { readonly Id: string })[]) => Promise<{ Failed?: readonly Failed[] | undefined }>,
): Promise<void> {
  for (let from = 0; from < items.length; from += mostOfBatch) {
    let left = items.slice(from, from + mostOfBatch).map((item, at) => ({ ...item, Id: `${at}` }));
    for (let tries = 1; left.length > 0; tries += 1) {
      const failed = new Map(((await send(left)).Failed ?? []).map((one) => [one.Id, one]));
      left = left.filter((one) => failed.has(one.Id));
      const [first] = failed.values();
      const isOurs = [...failed.values()].some((one) => one.SenderFault === true);
      if (left.length > 0 && (isOurs || tries >= mostTries)) {
        throw new SqsError(`${left.length} entries of a batch`, first?.Code ?? 'unknown', null);
      }
      if (left.length > 0) await clock.sleep(jitter(tries));
    }
  }
}

/**
 * The message group of a project. On a queue without an order it is what SQS serves fairly by: the messages of a
 * group that has many under way come after those of the others.
 */
export const groupOf = (project: string) =>
  /^[\w-]{1,128}$/.test(project) ? project : createHash('sha256').update(project).digest('hex');

/** Sends and does nothing else: all that the API needs. */
export function sqsSender(call: SqsCall, lines: SqsLines, clock: Clock): Sender {
  return {
    async send(queue, messages, { delaySeconds = 0 } = {}) {
      checkDelay(delaySeconds);
      // SQS counts whole seconds; a message that comes too early finds nothing to do.
      const DelaySeconds = Math.ceil(Math.max(0, delaySeconds));
      const entry = (message: Message) => ({
        MessageBody: encodeMessage(message),
        MessageGroupId: groupOf(message.project),
        ...(DelaySeconds === 0 ? {} : { DelaySeconds }),
      });
      await lines.at(queue, (QueueUrl) =>
        inBatches(messages.map(entry), clock, (Entries) => call('SendMessageBatch', { QueueUrl, Entries })),
      );
    },
  };
}
