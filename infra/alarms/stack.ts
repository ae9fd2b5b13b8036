// What somebody has to hear of: a queue that nobody works off, messages that were put aside, operations that ended by
// their deadline, an API that fails.
//
// Cost: 0.10 dollars a month and alarm.
import type { QueueStack } from '../queue/stack.ts';
import type { WorkerStack } from '../schedule/stack.ts';
import type { ApiStack } from '../server/stack.ts';
import type { Plan } from '../stage/stack.ts';

interface Needs {
  readonly api: ApiStack;
  readonly workers: WorkerStack;
  readonly queues: QueueStack;
}

interface Watched {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions?: Record<string, $util.Input<string>>;
  readonly statistic: 'Sum' | 'Maximum';
  /** The alarm rings above this. */
  readonly above: number;
  /** How many minutes in a row. */
  readonly minutes: number;
  readonly what: string;
}

/** A message that has waited this long is one that nobody takes: its worker is away. */
const oldestSeconds = 300;
const ourMetrics = 'Scoria';

export function alarmStack(plan: Plan, { api, workers, queues }: Needs) {
  const topic = new aws.sns.Topic('Alarms');
  if (plan.alarmEmail !== null) {
    new aws.sns.TopicSubscription('AlarmEmail', { topic: topic.arn, protocol: 'email', endpoint: plan.alarmEmail });
  }
  const alarm = (name: string, watched: Watched) =>
    new aws.cloudwatch.MetricAlarm(name, {
      alarmDescription: watched.what,
      namespace: watched.namespace,
      metricName: watched.metric,
      ...(watched.dimensions && { dimensions: watched.dimensions }),
      statistic: watched.statistic,
      period: 60,
      evaluationPeriods: watched.minutes,
      threshold: watched.above,
      comparisonOperator: 'GreaterThanThreshold',
      treatMissingData: 'notBreaching',
      alarmActions: [topic.arn],
      okActions: [topic.arn],
    });

  for (const { id, name, live, dead } of queues.all) {
    alarm(`${id}Waits`, {
      ...{
        namespace: 'AWS/SQS',
        metric: 'ApproximateAgeOfOldestMessage',
        dimensions: { QueueName: live.nodes.queue.name },
      },
      ...{ statistic: 'Maximum', above: oldestSeconds, minutes: 3 },
      what: `Work of ${name} is not taken: does its worker run? scoria doctor says more.`,
    });
    alarm(`${id}PutAside`, {
      ...{
        namespace: 'AWS/SQS',
        metric: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: dead.nodes.queue.name },
      },
      ...{ statistic: 'Maximum', above: 0, minutes: 1 },
      what: `Messages of ${name} could not be worked on. After the cause is mended: scoria queue redrive.`,
    });
  }

  const sweeperLog = workers.sweeper.nodes.logGroup.apply((group) => group?.name ?? $output(''));
  new aws.cloudwatch.LogMetricFilter('EndedByDeadline', {
    logGroupName: sweeperLog,
    pattern: '{ $.event = "swept" && $.ended > 0 }',
    metricTransformation: { name: 'EndedByDeadline', namespace: ourMetrics, value: '$.ended' },
  });
  alarm('PastDeadline', {
    ...{ namespace: ourMetrics, metric: 'EndedByDeadline', statistic: 'Sum', above: 0, minutes: 1 },
    what: 'Operations were ended because their deadline had passed: their user messages say why.',
  });

  alarm('ApiFails', {
    ...{ namespace: 'AWS/ApiGateway', metric: '5xx', dimensions: { ApiId: api.gateway.nodes.api.id } },
    ...{ statistic: 'Sum', above: 5, minutes: 2 },
    what: 'The API answers with errors of its own.',
  });
  alarm('SweeperFails', {
    ...{ namespace: 'AWS/Lambda', metric: 'Errors', dimensions: { FunctionName: workers.sweeper.name } },
    ...{ statistic: 'Sum', above: 0, minutes: 3 },
    what: 'The sweeper fails three minutes in a row: lost messages are not sent again.',
  });
}
