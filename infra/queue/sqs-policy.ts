// What a process may do at SQS, as a policy of IAM: no more than it needs.
import { deadLettersName, serviceName } from './names.ts';
import type { SqsActions } from './sqs-calls.ts';

/** The permission that each action needs: a batch needs that of one. */
export const permissions: Readonly<Record<keyof SqsActions, string>> = {
  GetQueueUrl: 'sqs:GetQueueUrl',
  CreateQueue: 'sqs:CreateQueue',
  ListQueues: 'sqs:ListQueues',
  GetQueueAttributes: 'sqs:GetQueueAttributes',
  SendMessageBatch: 'sqs:SendMessage',
  ReceiveMessage: 'sqs:ReceiveMessage',
  DeleteMessageBatch: 'sqs:DeleteMessage',
  ChangeMessageVisibility: 'sqs:ChangeMessageVisibility',
};

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly prefix: string;
}

const grants = (...actions: readonly (keyof SqsActions)[]) => actions.map((one) => permissions[one]);

/**
 * The policy of a process that consumes some queues and writes to some more. Queues have to be there: it may make
 * none. To its own dead letters it may write, and read none.
 */
export function consumerPolicy(
  { partition, region, account, prefix }: PolicyPlace,
  consumes: readonly string[],
  writes: readonly string[],
): PolicyDocument {
  const arn = (name: string) => `arn:${partition}:sqs:${region}:${account}:${name}`;
  const own = consumes.map((one) => serviceName(one, prefix));
  const others = writes.map((one) => serviceName(one, prefix));
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'WorkOnOwnQueues',
        Effect: 'Allow',
        Action: grants(
          'GetQueueUrl',
          'ReceiveMessage',
          'ChangeMessageVisibility',
          'DeleteMessageBatch',
          'SendMessageBatch',
        ),
        Resource: own.map(arn),
      },
      {
        Sid: 'HandOn',
        Effect: 'Allow',
        Action: grants('GetQueueUrl', 'SendMessageBatch'),
        Resource: [...own.map(deadLettersName), ...others].map(arn),
      },
    ],
  };
}
