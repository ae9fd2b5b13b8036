/// <reference path="./.sst/platform/config.d.ts" />
// Scoria on AWS: `npx sst deploy --stage NAME`. Each part stands beside what it is of, in infra/*/stack.ts; what
// the shell may say is in infra/stage/stack.ts. Never deployed to a real account yet. `npm run check:infra` checks the types and what would be made, without an account.
export default $config({
  app({ stage }) {
    const isProduction = stage === 'production';
    return {
      name: 'scoria',
      home: 'aws',
      // A personal stage leaves nothing behind. Staging keeps its data. Production cannot be removed at all by mistake.
      removal: isProduction ? 'retain-all' : stage === 'staging' ? 'retain' : 'remove',
      protect: isProduction,
      providers: { aws: { version: '7.20.0', defaultTags: { tags: { app: 'scoria', stage } } } },
    };
  },
  async run() {
    const { handedOver } = await import('./infra/settings/deployed.ts');
    const { planOf } = await import('./infra/stage/stack.ts');
    const { databaseStack } = await import('./infra/database/stack.ts');
    const { queueStack } = await import('./infra/queue/stack.ts');
    const { objectStack } = await import('./infra/objects/stack.ts');
    const { secretStack } = await import('./infra/secrets/stack.ts');
    const { apiStack } = await import('./infra/server/stack.ts');
    const { workerStack } = await import('./infra/schedule/stack.ts');
    const { edgeStack, backendStack } = await import('./infra/identity/stack.ts');
    const { alarmStack } = await import('./infra/alarms/stack.ts');

    const plan = planOf($app.stage, process.env, handedOver);
    const secrets = secretStack(plan);
    const database = databaseStack(plan);
    const queues = queueStack(plan);
    const backups = objectStack(plan);
    const api = apiStack(plan, { database, queues, secrets });
    const workers = workerStack(plan, { database, queues, secrets });
    alarmStack(plan, { api, workers, queues });
    return {
      api: api.url,
      region: aws.getRegionOutput().region,
      databaseCluster: database.clusterArn,
      databaseSecret: database.secretArn,
      queuePrefix: queues.prefix,
      backupBucket: backups.name,
      ...backendStack(plan, { database, queues, backups }),
      ...(plan.edge ? edgeStack({ database, queues }) : {}),
    };
  },
});
