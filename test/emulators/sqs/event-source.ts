// What stands between SQS and a function on AWS: takes batches, invokes the function with each, deletes what is done.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqsCall } from '../../../infra/queue/sqs-calls.ts';

export interface EventSource {
  /** Stops when the batch under way is over. */
  stop(): Promise<void>;
}

export interface EventSourceOptions {
  readonly call: SqsCall;
  readonly queueUrl: string;
  /** Throws, or never answers, when the function has failed: then the batch comes again whole. */
  readonly invoke: (event: object) => Promise<unknown>;
  /** The visibility of the queue: six times the function's time-out, on AWS. */
  readonly visibilitySeconds?: number;
  /** How many invocations at once. */
  readonly concurrency?: number;
}

const batchSize = 10;

export function startEventSource(options: EventSourceOptions): EventSource {
  const { call, queueUrl: QueueUrl, invoke, visibilitySeconds = 60, concurrency = 2 } = options;
  const stopping = new AbortController();
  const arn = `arn:aws:sqs:us-east-1:000000000000:${QueueUrl.split('/').at(-1)}`;
  const asked = { QueueUrl, MaxNumberOfMessages: batchSize, VisibilityTimeout: visibilitySeconds, WaitTimeSeconds: 1 };

  const round = async (): Promise<void> => {
    const { Messages = [] } = await call('ReceiveMessage', asked);
    if (Messages.length === 0) return;
    const Records = Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
      ...{ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: {}, messageAttributes: {} },
      ...{ eventSource: 'aws:sqs', eventSourceARN: arn, awsRegion: 'us-east-1' },
    }));
    const told = (await invoke({ Records })) as { batchItemFailures?: { itemIdentifier: string }[] } | null;
    const failed = new Set((told?.batchItemFailures ?? []).map((one) => one.itemIdentifier));
    const done = Records.filter((one) => !failed.has(one.messageId));
    if (done.length === 0) return;
    const Entries = done.map((one, at) => ({ Id: `${at}`, ReceiptHandle: one.receiptHandle }));
    await call('DeleteMessageBatch', { QueueUrl, Entries });
  };

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // What fails comes again when it is visible again, as on AWS.
      await round().catch(() => sleep(100));
    }
  };
  const loops = Promise.all(Array.from({ length: concurrency }, loop));
  return {
    async stop() {
      stopping.abort();
      await loops;
    },
  };
}
