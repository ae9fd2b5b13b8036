// The API: API Gateway in front of one function, under the stage's own domain.
//
// Cost: 1.00 dollar a million requests at the gateway, 0.20 a million invocations, 0.0000133 a GB and second (a
// request of 20 ms with 1 GB: 0.27 a million).
import type { DatabaseStack } from '../database/stack.ts';
import type { QueueStack } from '../queue/stack.ts';
import type { SecretStack } from '../secrets/stack.ts';
import { forLambdaAlone, type Plan } from '../stage/stack.ts';

export type ApiStack = ReturnType<typeof apiStack>;

interface Needs {
  readonly database: DatabaseStack;
  readonly queues: QueueStack;
  readonly secrets: SecretStack;
}

export function apiStack(plan: Plan, { database, queues, secrets }: Needs) {
  const gateway = new sst.aws.ApiGatewayV2('Api', {
    ...(plan.domain === null ? {} : { domain: plan.domain }),
    cors: false,
    accessLog: { retention: plan.isKept ? '3 months' : '1 week' },
    transform: {
      stage: (args) => {
        // A flood is stopped before it costs anything; limits of each project are kept by the function.
        args.defaultRouteSettings = { throttlingRateLimit: 2000, throttlingBurstLimit: 4000 };
      },
    },
  });
  const sealing =
    plan.kmsKey === null
      ? []
      : [{ actions: ['kms:GenerateDataKeyWithoutPlaintext', 'kms:Decrypt'], resources: [plan.kmsKey] }];
  const route = gateway.route('$default', {
    ...forLambdaAlone,
    handler: 'functions/main.lambda.handler',
    // What few requests need is loaded by those.
    nodejs: { splitting: true },
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    // Memory buys CPU: with 1 GB a cold start is half as long as with 512 MB.
    memory: '1024 MB',
    // What API Gateway waits for at most.
    timeout: '29 seconds',
    logging: { retention: plan.isKept ? '3 months' : '1 week' },
    environment: {
      ...plan.settings,
      ...database.environment,
      ...queues.environment,
      ...secrets.environment,
      SCORIA_LOG: 'warn',
      ...(plan.domain === null ? {} : { SCORIA_PUBLIC_URL: `https://${plan.domain}` }),
    },
    permissions: [...database.permissions, ...queues.sending, ...sealing],
  });
  return { url: gateway.url, gateway, function: route.nodes.function };
}
