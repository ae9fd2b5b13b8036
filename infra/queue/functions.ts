// The queue of functions: SQS by fetch. One that only sends needs none where workers look for rows by themselves.
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Http } from '../http/port.ts';
import type { Log } from '../log/port.ts';
import type { QueuePlace } from './node.ts';
import type { BroughtQueue, Sender } from './port.ts';
import { sqsQueue } from './sqs.ts';
import { retrying, type SqsCall } from './sqs-calls.ts';
import { fetchCalls, type SqsFetchOptions } from './sqs-fetch.ts';
import { sqsLines } from './sqs-lines.ts';
import { sqsSender } from './sqs-send.ts';

/** A function asks no profile for its region. */
export type RegionalPlace = QueuePlace & { readonly region: string };

export interface FunctionQueueOptions {
  /** Null: workers take the rows of the operations from the database. */
  readonly queuePlace: RegionalPlace | null;
  readonly credentials: Pick<SqsFetchOptions, 'accessKeyId' | 'secretAccessKey'> & {
    readonly sessionToken: string | undefined;
  };
}

interface Needs {
  readonly http: Http;
  readonly clock: Clock;
}

export function functionSender({ queuePlace, ...of }: FunctionQueueOptions, needs: Needs): Sender {
  if (queuePlace === null) return { async send() {} };
  const call = retrying(callsOf({ ...of, queuePlace }, needs), needs.clock);
  return sqsSender(call, sqsLines(call, queuePlace), needs.clock);
}

/** For a function whose messages the platform brings. */
export const functionQueue = (
  options: FunctionQueueOptions & { readonly queuePlace: RegionalPlace },
  needs: Needs & { readonly database: Database; readonly log: Log },
): BroughtQueue => sqsQueue(options.queuePlace, { ...needs, call: callsOf(options, needs) });

function callsOf(
  { queuePlace, credentials }: FunctionQueueOptions & { readonly queuePlace: RegionalPlace },
  needs: Needs,
): SqsCall {
  const { sessionToken = null, ...keys } = credentials;
  const { region, endpoint } = queuePlace;
  return fetchCalls({ region, endpoint, ...keys, sessionToken }, needs);
}
