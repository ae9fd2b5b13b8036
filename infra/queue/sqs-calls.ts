// What we ask of SQS, whoever carries it there: the SDK (sqs-sdk.ts), or fetch() where the SDK is too large
// (sqs-fetch.ts).
import type {
  ChangeMessageVisibilityRequest,
  CreateQueueRequest,
  CreateQueueResult,
  DeleteMessageBatchRequest,
  DeleteMessageBatchResult,
  GetQueueAttributesRequest,
  GetQueueAttributesResult,
  GetQueueUrlRequest,
  GetQueueUrlResult,
  ListQueuesRequest,
  ListQueuesResult,
  ReceiveMessageRequest,
  ReceiveMessageResult,
  SendMessageBatchRequest,
  SendMessageBatchResult,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../clock/port.ts';

/** The actions that we use, each with its request and its result: a policy of IAM has to allow no others. */
export interface SqsActions {
  GetQueueUrl: [GetQueueUrlRequest, GetQueueUrlResult];
  CreateQueue: [CreateQueueRequest, CreateQueueResult];
  ListQueues: [ListQueuesRequest, ListQueuesResult];
  GetQueueAttributes: [GetQueueAttributesRequest, GetQueueAttributesResult];
  SendMessageBatch: [SendMessageBatchRequest, SendMessageBatchResult];
  ReceiveMessage: [ReceiveMessageRequest, ReceiveMessageResult];
  DeleteMessageBatch: [DeleteMessageBatchRequest, DeleteMessageBatchResult];
  ChangeMessageVisibility: [ChangeMessageVisibilityRequest, unknown];
}

/** One request. Throws SqsError and nothing else. The signal ends the waiting for a message. */
export type SqsCall = <Action extends keyof SqsActions>(
  action: Action,
  request: SqsActions[Action][0],
  signal?: AbortSignal,
) => Promise<SqsActions[Action][1]>;

/** A request to which SQS said no, or nothing. Of what it said only the code is kept: the rest quotes the request. */
export class SqsError extends Error {
  /** `QueueDoesNotExist`, `AccessDenied`; the name of the network's error where nothing was answered. */
  readonly code: string;
  /** The status of the answer; null where there was none. */
  readonly status: number | null;

  constructor(action: string, code: string, status: number | null, options?: ErrorOptions) {
    super(`SQS did not do ${action}: ${code}${status === null ? '' : ` (${status})`}`, options);
    this.name = 'SqsError';
    this.code = code;
    this.status = status;
  }
}

/** How SQS, and what stands before it, says "not so fast". */
const throttling = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;
/** Refusals that end by themselves: a clock that is set right at the first one, credentials that are renewed. */
const passing = /^(RequestTimeTooSkewed|RequestExpired|ExpiredToken\w*|KmsThrottled|InternalError|ServiceUnavailable)$/;

export function isWorthAnotherTry({ code, status }: SqsError): boolean {
  if (code === 'AbortError') return false;
  return (
    status === null || status >= 500 || status === 429 || status === 408 || throttling.test(code) || passing.test(code)
  );
}

const mostTries = 5;
const firstWaitMilliseconds = 100;
const longestWaitMilliseconds = 5_000;

/** A wait before try number `tries + 1`, anything up to twice the one before: who was refused together comes apart. */
export const jitter = (tries: number) =>
  Math.random() * Math.min(longestWaitMilliseconds, firstWaitMilliseconds * 2 ** tries);

/**
 * The same calls, each tried up to five times when SQS is busy or does not answer. So a message may be sent twice,
 * which costs nothing, and is never dropped because SQS was busy for a moment.
 */
export function retrying(call: SqsCall, clock: Clock): SqsCall {
  return async (action, request, signal) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await call(action, request, signal);
      } catch (error) {
        if (!(error instanceof SqsError) || tries >= mostTries || !isWorthAnotherTry(error)) throw error;
        await clock.sleep(jitter(tries), signal);
      }
    }
  };
}
