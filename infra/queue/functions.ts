// The queue of functions, which send and never wait: SQS by fetch, or nothing where workers look for rows by themselves.
import type { Clock } from '../clock/port.ts';
import type { Http } from '../http/port.ts';
import type { QueuePlace } from './node.ts';
import type { Sender } from './port.ts';
import { retrying } from './sqs-calls.ts';
import { fetchCalls, type SqsFetchOptions } from './sqs-fetch.ts';
import { sqsLines } from './sqs-lines.ts';
import { sqsSender } from './sqs-send.ts';

export interface FunctionQueueOptions {
  /** Null: workers take the rows of the operations from the database. */
  readonly queuePlace: QueuePlace | null;
  /** Where the queues are when their place says nothing of it. */
  readonly region: string;
  readonly credentials: Pick<SqsFetchOptions, 'accessKeyId' | 'secretAccessKey'> & {
    readonly sessionToken: string | undefined;
  };
}

interface Needs {
  readonly http: Http;
  readonly clock: Clock;
}

export function functionSender({ queuePlace, region, credentials }: FunctionQueueOptions, needs: Needs): Sender {
  if (queuePlace === null) return { async send() {} };
  const { sessionToken = null, ...keys } = credentials;
  const place = { region: queuePlace.region ?? region, endpoint: queuePlace.endpoint };
  const call = retrying(fetchCalls({ ...place, ...keys, sessionToken }, needs), needs.clock);
  return sqsSender(call, sqsLines(call, queuePlace), needs.clock);
}
