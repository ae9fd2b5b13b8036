// Who else may do what: the workers beside a storage, and the Worker at the edge. Each gets a policy with its own
// queues and the Data API; which identity has it is the operator's choice (IAM Roles Anywhere, a role of an instance,
// a user).
import type { DatabaseStack } from '../database/stack.ts';
import type { ObjectStack } from '../objects/stack.ts';
import type { QueueStack } from '../queue/stack.ts';
import type { Plan } from '../stage/stack.ts';

interface Needs {
  readonly database: DatabaseStack;
  readonly queues: QueueStack;
}

type Statement = { actions: string[]; resources: $util.Input<string>[] };

/** One policy for each back end: its queues, its backups, and no queue of another's to take from. */
export function backendStack(plan: Plan, { database, queues, backups }: Needs & { readonly backups: ObjectStack }) {
  const policies = queues.backends.map(({ backend, queues: own }, index) =>
    policyOf(`Backend${index}Policy`, `Scoria worker of ${backend}`, [
      ...database.permissions,
      ...queues.sending,
      {
        actions: [
          'sqs:GetQueueUrl',
          'sqs:GetQueueAttributes',
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:ChangeMessageVisibility',
        ],
        resources: own.map((one) => one.live.arn),
      },
      {
        actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
        resources: [$interpolate`${backups.arn}/*`],
      },
      { actions: ['s3:ListBucket'], resources: [backups.arn] },
      ...(plan.kmsKey === null ? [] : [{ actions: ['kms:Decrypt'], resources: [plan.kmsKey] }]),
    ]),
  );
  return Object.fromEntries(policies.map((policy, index) => [`policyOf ${plan.backends[index]}`, policy.arn]));
}

/** A user whose key the Worker at the edge has: it runs statements and sends messages, and takes none. */
export function edgeStack({ database, queues }: Needs) {
  const user = new aws.iam.User('Edge', { forceDestroy: true });
  const policy = policyOf('EdgePolicy', 'Scoria at the edge', [...database.permissions, ...queues.sending]);
  new aws.iam.UserPolicyAttachment('EdgeMay', { user: user.name, policyArn: policy.arn });
  return { edgeUser: user.name };
}

function policyOf(name: string, description: string, statements: readonly Statement[]) {
  const document = aws.iam.getPolicyDocumentOutput({
    statements: statements.map(({ actions, resources }) => ({ effect: 'Allow', actions, resources })),
  });
  return new aws.iam.Policy(name, { description, policy: document.json });
}
