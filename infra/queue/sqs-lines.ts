// Where our queues are at SQS: their names, their URLs, and how they are made.
import { deadLettersName, serviceName } from './names.ts';
import { type SqsCall, SqsError } from './sqs-calls.ts';

export interface SqsNames {
  /**
   * What the names of all our queues begin with, as an account has others too: at most 24 letters, digits, "-" and
   * "_".
   */
  readonly prefix: string;
  /** Whether a queue that is not there is made. Where others make them, a missing one is an error. */
  readonly creates: boolean;
}

export interface SqsLines {
  /** The URL of a queue, which is there. */
  urlOf(queue: string): Promise<string>;
  /** The URL of its dead letters. */
  deadUrlOf(queue: string): Promise<string>;
  /** Runs work with the URL of a queue; once more when the queue turns out to be gone since the URL was read. */
  at<T>(queue: string, work: (url: string) => Promise<T>): Promise<T>;
}

/**
 * After how many deliveries SQS puts a message to the dead letters. A database that is away for ten minutes is no
 * reason.
 */
export const mostReceives = 10;
/** Until a consumer says otherwise: as the lease of an operation. */
const visibilitySeconds = 60;
const day = 86_400;

/** What every queue of ours is made with. */
export const queueAttributes = {
  VisibilityTimeout: `${visibilitySeconds}`,
  // A nudge that nobody has taken in this time, the sweeper has sent again many times.
  MessageRetentionPeriod: `${4 * day}`,
  ReceiveMessageWaitTimeSeconds: '20',
} as const;

/** What dead letters are made with: as long as SQS keeps anything. */
export const deadLettersAttributes = { MessageRetentionPeriod: `${14 * day}` } as const;

export function sqsLines(call: SqsCall, { prefix, creates }: SqsNames): SqsLines {
  const urls = new Map<string, Promise<string>>();

  const find = async (name: string): Promise<string | null> => {
    try {
      return (await call('GetQueueUrl', { QueueName: name })).QueueUrl ?? null;
    } catch (error) {
      if (error instanceof SqsError && error.code === 'QueueDoesNotExist') return null;
      throw error;
    }
  };

  /** Two that make one queue at once get the same one. */
  const make = async (name: string): Promise<string> => {
    const dead = await call('CreateQueue', { QueueName: deadLettersName(name), Attributes: deadLettersAttributes });
    const asked = { QueueUrl: dead.QueueUrl, AttributeNames: ['QueueArn' as const] };
    const { Attributes } = await call('GetQueueAttributes', asked);
    const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: mostReceives };
    const attributes = { ...queueAttributes, RedrivePolicy: JSON.stringify(redrive) };
    return (await call('CreateQueue', { QueueName: name, Attributes: attributes })).QueueUrl ?? '';
  };

  const known = (name: string, open: () => Promise<string>): Promise<string> => {
    const found = urls.get(name);
    if (found !== undefined) return found;
    const opening = open();
    urls.set(name, opening);
    opening.catch(() => urls.delete(name));
    return opening;
  };

  const missing = (name: string): never => {
    throw new SqsError(`look up ${name}`, 'QueueDoesNotExist', 400);
  };

  const urlOf = (queue: string) => {
    const name = serviceName(queue, prefix);
    return known(name, async () => (await find(name)) ?? (creates ? await make(name) : missing(name)));
  };

  return {
    urlOf,
    async deadUrlOf(queue) {
      const name = deadLettersName(serviceName(queue, prefix));
      return known(name, async () => (await find(name)) ?? missing(name));
    },
    async at(queue, work) {
      try {
        return await work(await urlOf(queue));
      } catch (error) {
        if (!(error instanceof SqsError) || error.code !== 'QueueDoesNotExist') throw error;
        urls.delete(serviceName(queue, prefix));
        return work(await urlOf(queue));
      }
    },
  };
}
