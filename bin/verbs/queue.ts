// scoria queue: what is in the SQS queues, how to return dead letters, and what a worker needs there.
import { systemClock } from '../../infra/clock/system.ts';
import { serviceName } from '../../infra/queue/names.ts';
import type { QueuePlace } from '../../infra/queue/node.ts';
import { retrying, type SqsCall, SqsError } from '../../infra/queue/sqs-calls.ts';
import { type DeadLetters, type QueueDepth, sqsDeadLetters } from '../../infra/queue/sqs-dead-letters.ts';
import { sqsLines } from '../../infra/queue/sqs-lines.ts';
import { consumerPolicy } from '../../infra/queue/sqs-policy.ts';
import { sdkCalls } from '../../infra/queue/sqs-sdk.ts';
import { backendQueue, schedulerQueue } from '../../schema/operations.ts';
import { CommandError, type Context, exit, type Verb } from '../command.ts';
import { readSettings, type Settings } from '../settings.ts';

export const queueVerb: Verb = {
  name: 'queue',
  summary: 'list queues at SQS, put dead letters back, make queues, print the policy of a worker',
  takes: { words: 2, options: ['backend', 'account'] },
  help: `usage: scoria queue list [--json]
       scoria queue redrive [QUEUE] [--json]
       scoria queue create [--backend NAME] [--json]
       scoria queue policy --backend NAME --account NUMBER

Needs SCORIA_QUEUE=sqs. list shows what waits in each queue, is being worked on, is delayed, and is dead. redrive puts the
dead letters of a queue, or of all, back into it; those that no process can read stay. create makes the queues of a back
end of SCORIA_WORKER_HOST, or without --backend that of the scheduler, for processes that may make none
(SCORIA_QUEUE_CREATE=no). policy prints the policy of IAM with which the worker of a back end can do its work and
nothing else, in the account of that NUMBER.`,
  async run(context) {
    const settings = readSettings(context);
    const place = settings.queuePlace;
    if (place === null) {
      throw new CommandError(
        'scoria queue needs SCORIA_QUEUE=sqs: without it the rows of the database are the queue',
        exit.usage,
      );
    }
    const [what, name] = context.words;
    if (what === 'policy' && name === undefined) return policy(context, settings, place);
    const run = what === undefined ? undefined : verbs[what];
    if (run === undefined || (name !== undefined && what !== 'redrive')) {
      throw new CommandError(
        'queue needs "list", "redrive", "create" or "policy"; see scoria queue --help',
        exit.usage,
      );
    }
    const call = sdkCalls(place);
    try {
      return await run({ context, settings, place, call, letters: sqsDeadLetters(call, place.prefix, systemClock()) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      const where = place.endpoint ?? `AWS in ${place.region ?? 'the region of the SDK'}`;
      throw new CommandError(
        `${error.message}. Look at the credentials, and at SCORIA_QUEUE_REGION and SCORIA_QUEUE_ENDPOINT: this asked ${where}.`,
        exit.blocked,
      );
    } finally {
      await call.close();
    }
  },
};

interface Asked {
  readonly context: Context;
  readonly settings: Settings;
  readonly place: QueuePlace;
  readonly call: SqsCall;
  readonly letters: DeadLetters;
}

const verbs: Readonly<Record<string, (asked: Asked) => Promise<number>>> = { list, redrive, create };

async function list({ context, letters }: Asked): Promise<number> {
  const queues = await letters.list();
  context.data({ queues }, queues.length === 0 ? 'There are no queues.\n' : table(queues));
  return exit.ok;
}

function table(queues: readonly QueueDepth[]): string {
  const width = Math.max(5, ...queues.map((one) => one.queue.length));
  const head = `${'queue'.padEnd(width)}  waiting  in hand  delayed  dead\n`;
  const line = ({ queue, waiting, inHand, delayed, dead }: QueueDepth) =>
    `${queue.padEnd(width)}  ${`${waiting}`.padStart(7)}  ${`${inHand}`.padStart(7)}  ${`${delayed}`.padStart(7)}  ${`${dead}`.padStart(4)}\n`;
  return head + queues.map(line).join('');
}

async function redrive({ context, letters }: Asked): Promise<number> {
  const queues = await letters.list();
  const [, asked] = context.words;
  const chosen = queues.filter((one) =>
    asked === undefined ? one.dead > 0 : one.queue === asked || one.name === asked,
  );
  if (asked !== undefined && chosen.length === 0) {
    throw new CommandError(`there is no queue ${asked}; scoria queue list shows those that there are`, exit.usage);
  }
  const done: { queue: string; moved: number; left: number }[] = [];
  for (const { queue, name } of chosen) done.push({ queue, ...(await letters.redrive(name)) });
  const lines = done.map(
    ({ queue, moved, left }) => `${queue}: ${moved} put back${left === 0 ? '' : `, ${left} cannot be read and stay`}\n`,
  );
  context.data({ redriven: done }, lines.length === 0 ? 'There are no dead letters.\n' : lines.join(''));
  return exit.ok;
}

const queuesOf = ({ workerHost }: Settings, backend: string) => [
  backendQueue(`${workerHost}@${backend}`, 'quick'),
  backendQueue(`${workerHost}@${backend}`, 'long'),
];

async function create({ context, settings, place, call }: Asked): Promise<number> {
  const { backend } = context.options;
  const lines = sqsLines(retrying(call, systemClock()), { ...place, creates: true });
  const queues = backend === undefined ? [schedulerQueue] : queuesOf(settings, backend);
  for (const queue of queues) await lines.urlOf(queue);
  const made = queues.map((queue) => ({ queue, name: serviceName(queue, place.prefix) }));
  context.data({ queues: made }, made.map(({ queue, name }) => `${queue} is there: ${name}\n`).join(''));
  return exit.ok;
}

function policy(context: Context, settings: Settings, place: QueuePlace): number {
  const { backend, account } = context.options;
  if (backend === undefined || account === undefined || !/^\d{12}$/.test(account)) {
    throw new CommandError('queue policy needs --backend NAME and --account with its 12 digits', exit.usage);
  }
  // A policy belongs to AWS, so the region of another queue server does not count.
  const region = context.env.SCORIA_QUEUE_REGION || context.env.AWS_REGION;
  if (!region) throw new CommandError('queue policy needs SCORIA_QUEUE_REGION', exit.usage);
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const where = { partition, region, account, prefix: place.prefix };
  const document = consumerPolicy(where, queuesOf(settings, backend), [schedulerQueue]);
  context.data(document, `${JSON.stringify(document, null, 2)}\n`);
  return exit.ok;
}
