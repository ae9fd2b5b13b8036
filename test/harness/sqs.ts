// SQS in tests: a server that speaks it, in this process, with nothing in it.
import { systemClock } from '../../infra/clock/system.ts';
import type { Database } from '../../infra/database/port.ts';
import { silentLog } from '../../infra/log/lines.ts';
import type { Log } from '../../infra/log/port.ts';
import type { BroughtQueue } from '../../infra/queue/port.ts';
import { sqsQueue } from '../../infra/queue/sqs.ts';
import type { SqsCall } from '../../infra/queue/sqs-calls.ts';
import { fetchCalls } from '../../infra/queue/sqs-fetch.ts';
import { startSqs } from '../emulators/sqs/server.ts';

/** Any credentials will do there. */
export const sqsCalls = (endpoint: string): SqsCall =>
  fetchCalls(
    { region: 'us-east-1', endpoint, accessKeyId: 'test', secretAccessKey: 'test' },
    { http: fetch, clock: systemClock() },
  );

export const sqsNames = { prefix: 'test-', creates: true };

export interface SqsInTests {
  readonly call: SqsCall;
  readonly queue: BroughtQueue;
}

/** A queue on a server of its own, which ends with it. */
export function sqsInTests(needs: { readonly database?: Database; readonly log?: Log } = {}): SqsInTests {
  const starting = startSqs();
  const call: SqsCall = async (...asked) => sqsCalls((await starting).address)(...asked);
  const options = { ...sqsNames, waitSeconds: 5 };
  const queue = sqsQueue(options, { call, clock: systemClock(), log: silentLog, ...needs });
  const close = async () => {
    await queue.close();
    await (await starting).stop();
  };
  return { call, queue: { ...queue, close } };
}
