// What acts on AWS: the scheduler, on its queue; the sweeper and the reports, every minute. Drivers that need a
// network of their own run beside the storage instead (docs/how-to/worker-on-premises.md).
//
// Cost: 43,800 runs a month of some 0.2 s with 512 MB: 0.07 dollars, and about 0.2 million statements.
import type { DatabaseStack } from '../database/stack.ts';
import { functionSeconds, type QueueStack } from '../queue/stack.ts';
import type { SecretStack } from '../secrets/stack.ts';
import { forLambdaAlone, type Plan } from '../stage/stack.ts';

export type WorkerStack = ReturnType<typeof workerStack>;

interface Needs {
  readonly database: DatabaseStack;
  readonly queues: QueueStack;
  readonly secrets: SecretStack;
}

export function workerStack(plan: Plan, { database, queues, secrets }: Needs) {
  const worker = {
    ...forLambdaAlone,
    handler: 'workers/main.lambda.handler',
    // What few requests need is loaded by those.
    nodejs: { splitting: true },
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    memory: '512 MB',
    timeout: `${functionSeconds} seconds`,
    logging: { retention: plan.isKept ? '3 months' : '1 week' },
    environment: {
      ...plan.settings,
      ...database.environment,
      ...queues.environment,
      ...secrets.environment,
      // The sweeper says how much it ended: an alarm listens to it.
      SCORIA_LOG: 'info',
    },
    permissions: [...database.permissions, ...queues.sending],
  } satisfies sst.aws.FunctionArgs;

  const subscriber = queues.scheduler.live.subscribe(
    worker,
    // A message that fails comes again alone; the others of its batch are done.
    { batch: { size: 10, partialResponses: true } },
  );
  const sweeper = new sst.aws.Function('Sweep', worker);
  new sst.aws.CronV2('EveryMinute', {
    // While nobody uses a personal stage its database sleeps; each sweep would wake it.
    schedule: plan.isKept ? 'rate(1 minute)' : 'rate(1 hour)',
    function: sweeper.arn,
    event: { task: 'sweep' },
  });
  return { subscriber, sweeper };
}
