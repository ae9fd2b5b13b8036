// The queues: the scheduler's, and two for each back end (what somebody waits for, and copies of bytes). Each has a
// dead-letter queue behind it.
//
// Cost: 0.40 dollars a million requests, the first million of a month free. A worker that waits asks three times a
// minute and queue: 0.26 million requests a month for both of its queues.
import type { Plan } from '../stage/stack.ts';
import { deadLettersName, longestPrefix, serviceName } from './names.ts';

export type QueueStack = ReturnType<typeof queueStack>;

/**
 * The longest that a function works on one batch, and six times that: while it may be tried again, nobody else gets
 * it.
 */
export const functionSeconds = 60;
const visibilitySeconds = 6 * functionSeconds;
/** Deliveries before a message is put aside. The operation itself has its own limit of attempts and its deadline. */
const mostDeliveries = 10;
const keptSeconds = 14 * 24 * 3600;

const queuesOf = (backend: string) => [`volume:${backend}`, `volume:${backend}/long`];

export function queueStack(plan: Plan) {
  const prefix = `scoria-${plan.stage}-`;
  if (prefix.length > longestPrefix) throw new Error(`the stage "${plan.stage}" has too long a name for its queues`);
  const queue = (id: string, name: string) => {
    const dead = new sst.aws.Queue(`${id}Dead`, {
      visibilityTimeout: '30 seconds',
      transform: {
        queue: (args) => {
          args.name = deadLettersName(serviceName(name, prefix));
          args.messageRetentionSeconds = keptSeconds;
          args.sqsManagedSseEnabled = true;
        },
      },
    });
    const live = new sst.aws.Queue(id, {
      visibilityTimeout: `${visibilitySeconds} seconds`,
      dlq: { queue: dead.arn, retry: mostDeliveries },
      transform: {
        queue: (args) => {
          args.name = serviceName(name, prefix);
          args.messageRetentionSeconds = keptSeconds;
          args.receiveWaitTimeSeconds = 20;
          args.sqsManagedSseEnabled = true;
        },
      },
    });
    return { id, name, live, dead };
  };
  const scheduler = queue('Scheduler', 'scheduler');
  const backends = plan.backends.map((backend, index) => ({
    backend,
    queues: queuesOf(backend).map((name, lane) => queue(`Backend${index}${lane === 0 ? 'Quick' : 'Long'}`, name)),
  }));
  const all = [scheduler, ...backends.flatMap((one) => one.queues)];
  return {
    ...{ prefix, scheduler, backends, all },
    environment: { SCORIA_QUEUE: 'sqs', SCORIA_QUEUE_PREFIX: prefix, SCORIA_QUEUE_CREATE: 'no' },
    /** To put messages in, by whoever queues work. */
    sending: [{ actions: ['sqs:GetQueueUrl', 'sqs:SendMessage'], resources: all.map((one) => one.live.arn) }],
  };
}
