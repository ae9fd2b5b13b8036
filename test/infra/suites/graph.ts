// What each stage would be made of. The components are SST's own; what AWS would answer is Pulumi's mocks.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { deadLettersName, serviceName } from '../../../infra/queue/names.ts';
import { backendQueue, schedulerQueue } from '../../../schema/operations.ts';
import { root } from '../../harness/sources.ts';
import { bundleConfig, type Graph, graphOf, type Inputs, type Resource } from '../graph.ts';

const settings = { SCORIA_IDENTITY: 'keystone', SCORIA_KEYSTONE_URL: 'https://keystone.example.com' };
const backends = ['rack1@nvme', 'rack2@hdd'];
const production = {
  ...settings,
  SCORIA_DOMAIN: 'volumes.example.com',
  SCORIA_DEPLOY_BACKENDS: backends.join(','),
  SCORIA_DEPLOY_EDGE: 'yes',
  SCORIA_ALARM_EMAIL: 'operators@example.com',
  SCORIA_GLANCE_URL: 'https://glance.example.com',
  SCORIA_NOVA_URL: 'https://nova.example.com/v2.1',
  SCORIA_NOVA_USER: 'nova',
  SCORIA_KEYS: 'kms',
  SCORIA_KMS_KEY: 'arn:aws:kms:eu-central-1:000000000000:key/of-volumes',
  SCORIA_SCHEDULE_MINUTES: '5',
};

let whole: Graph;
let personal: Graph;
let staging: Graph;

before(async () => {
  await bundleConfig();
  [whole, personal, staging] = await Promise.all([
    graphOf('production', production),
    graphOf('sam', settings),
    graphOf('staging', settings),
  ]);
});

const ofType = (graph: Graph, type: string) => graph.resources.filter((one) => one.type === type);
const queues = (graph: Graph) => ofType(graph, 'aws:sqs/queue:Queue');
const isDead = (queue: Resource) => queue.inputs.name.endsWith('dead-letters');
const functions = (graph: Graph) => ofType(graph, 'aws:lambda/function:Function');
const one = (graph: Graph, type: string, name: RegExp): Inputs => {
  const found = ofType(graph, type).filter((resource) => name.test(resource.name));
  assert.equal(found.length, 1, `${type} ${name}: ${found.map((resource) => resource.name)}`);
  return found[0]?.inputs;
};

/** What the role of a function may do, apart from writing its log. */
const allowed = (graph: Graph, name: RegExp) =>
  statements(one(graph, 'aws:iam/role:Role', name).inlinePolicies?.[0]?.policy);

/** Each action with what it may be done to. */
function statements(policy: string | undefined): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const { actions, resources } of JSON.parse(policy ?? '{"Statement":[]}').Statement) {
    for (const action of actions) all.set(action, new Set([...(all.get(action) ?? []), ...resources]));
  }
  return all;
}

test('every queue that work is put in has the name that the adapter asks for, and a dead-letter queue behind it', () => {
  const live = queues(whole).filter((queue) => !isDead(queue));
  const wanted = [schedulerQueue, ...backends.flatMap((name) => [backendQueue(name), backendQueue(name, 'long')])];
  assert.deepEqual(
    live.map((queue) => queue.inputs.name).sort(),
    wanted.map((name) => serviceName(name, 'scoria-production-')).sort(),
  );
  const dead = new Set(
    queues(whole)
      .filter(isDead)
      .map((queue) => queue.inputs.name),
  );
  for (const { inputs } of live) {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(inputs.redrivePolicy);
    assert.equal(deadLetterTargetArn.split(':').at(-1), deadLettersName(inputs.name));
    assert.ok(dead.delete(deadLettersName(inputs.name)));
    assert.ok(maxReceiveCount >= 5);
  }
  assert.equal(dead.size, 0, 'a dead-letter queue of nobody');
  for (const { inputs } of queues(whole)) {
    assert.equal(inputs.sqsManagedSseEnabled, true);
    assert.equal(inputs.messageRetentionSeconds, 14 * 24 * 3600);
    assert.ok(inputs.name.length <= 80, inputs.name);
  }
});

test('a message is hidden for six times what the function may take, and a failing one comes again alone', () => {
  const mapping = one(whole, 'aws:lambda/eventSourceMapping:EventSourceMapping', /^Scheduler/);
  assert.deepEqual(mapping.functionResponseTypes, ['ReportBatchItemFailures']);
  const timeout = one(whole, 'aws:lambda/function:Function', /^SchedulerSubscriber/).timeout;
  for (const { inputs } of queues(whole).filter((queue) => !isDead(queue))) {
    assert.ok(inputs.visibilityTimeoutSeconds >= 6 * timeout, `${inputs.name}: ${inputs.visibilityTimeoutSeconds}`);
  }
});

test('the API answers before the gateway stops waiting, under its domain', () => {
  const api = one(whole, 'aws:lambda/function:Function', /^ApiRoute/);
  assert.ok(api.timeout <= 29);
  assert.equal(api.environment.variables.SCORIA_PUBLIC_URL, 'https://volumes.example.com');
  assert.equal(one(whole, 'aws:apigatewayv2/route:Route', /./).routeKey, '$default');
  assert.equal(one(whole, 'aws:apigatewayv2/domainName:DomainName', /./).domainName, 'volumes.example.com');
  assert.equal(ofType(personal, 'aws:apigatewayv2/domainName:DomainName').length, 0);
});

test('every function runs on Node 24 for arm64, has a log that ends, and only Lambda may take its role', () => {
  assert.equal(functions(whole).length, 4);
  for (const { name, inputs } of functions(whole)) {
    assert.equal(inputs.runtime, 'nodejs24.x', name);
    assert.deepEqual(inputs.architectures, ['arm64'], name);
  }
  for (const { name, inputs } of ofType(whole, 'aws:cloudwatch/logGroup:LogGroup'))
    assert.ok(inputs.retentionInDays > 0, name);
  for (const { name, inputs } of ofType(whole, 'aws:iam/role:Role'))
    assert.doesNotMatch(JSON.stringify(inputs.assumeRolePolicy), /:root/, name);
});

test('every handler that is deployed is there', () => {
  assert.deepEqual([...whole.handlers].sort(), [
    'functions/main.lambda.handler',
    'functions/main.migrate.handler',
    'workers/main.lambda.handler',
  ]);
  for (const handler of whole.handlers) {
    const file = join(root, handler.replace(/\.handler$/, '.ts'));
    assert.ok(existsSync(file), file);
    assert.match(readFileSync(file, 'utf8'), /export (const|async function|function) handler\b/, file);
  }
});

test('the database has the Data API, sleeps where nobody pays for waking, and is private and encrypted', () => {
  const cluster = one(whole, 'aws:rds/cluster:Cluster', /./);
  assert.equal(cluster.engine, 'aurora-postgresql');
  assert.equal(cluster.enableHttpEndpoint, true);
  assert.equal(cluster.storageEncrypted, true);
  assert.equal(cluster.serverlessv2ScalingConfiguration.minCapacity, 0.5);
  const small = one(personal, 'aws:rds/cluster:Cluster', /./).serverlessv2ScalingConfiguration;
  assert.deepEqual([small.minCapacity, small.secondsUntilAutoPause], [0, 600]);
  assert.equal(ofType(whole, 'aws:rds/clusterInstance:ClusterInstance').length, 2);
  assert.equal(ofType(whole, 'aws:ec2/natGateway:NatGateway').length, 0);
  for (const { name, inputs } of functions(whole)) assert.equal(inputs.vpcConfig, undefined, name);
});

test('every session on the database has the settings that a connection of ours asks for', () => {
  for (const graph of [whole, staging, personal]) {
    const group = one(graph, 'aws:rds/clusterParameterGroup:ClusterParameterGroup', /./);
    assert.equal(group.family, 'aurora-postgresql17');
    const parameters: { name: string; value: string; applyMethod: string }[] = group.parameters;
    assert.deepEqual(Object.fromEntries(parameters.map(({ name, value }) => [name, value])), {
      jit: '0',
      timezone: 'UTC',
    });
    assert.ok(parameters.every(({ applyMethod }) => applyMethod === 'immediate'));
    // The cluster has that group, and not the one of the engine, which nobody can change.
    assert.equal(one(graph, 'aws:rds/cluster:Cluster', /./).dbClusterParameterGroupName, group.name);
  }
});

test('the functions have the settings that the deploying shell has', () => {
  const said = Object.entries(production).filter(([name]) => !/^SCORIA_(DOMAIN|DEPLOY_.*|ALARM_EMAIL)$/.test(name));
  for (const name of [/^ApiRoute/, /^Sweep/, /^SchedulerSubscriber/]) {
    const { variables } = one(whole, 'aws:lambda/function:Function', name).environment;
    assert.deepEqual(
      said.map(([key]) => [key, variables[key]]),
      said,
      `${name}`,
    );
    assert.equal(variables.SCORIA_NOVA_PASSWORD, 'nova-password-value');
  }
  const { variables } = one(personal, 'aws:lambda/function:Function', /^ApiRoute/).environment;
  assert.ok(!('SCORIA_NOVA_PASSWORD' in variables), 'no secret is asked for that nothing needs');
});

test('migrations run at every deploy that changes them, before any function that needs them', () => {
  const invocation = one(whole, 'aws:lambda/invocation:Invocation', /./);
  assert.match(invocation.functionName, /Migrate/);
  assert.match(invocation.triggers.code, /Migrate.*\.zip$/);
  for (const { name, inputs } of functions(whole).filter((resource) => !resource.name.startsWith('Migrate'))) {
    assert.equal(inputs.environment.variables.SCORIA_SCHEMA, '0001-core', `${name} does not wait for the migrations`);
  }
});

test('each function may do what it does and nothing else', () => {
  const statementsOnly = [
    'rds-data:BatchExecuteStatement',
    'rds-data:BeginTransaction',
    'rds-data:CommitTransaction',
    'rds-data:ExecuteStatement',
    'rds-data:RollbackTransaction',
    'secretsmanager:GetSecretValue',
  ];
  const sends = ['sqs:GetQueueUrl', 'sqs:SendMessage'];
  const seals = ['kms:Decrypt', 'kms:GenerateDataKeyWithoutPlaintext'];
  assert.deepEqual([...allowed(whole, /^ApiRoute/).keys()].sort(), [...seals, ...statementsOnly, ...sends].sort());
  assert.deepEqual([...(allowed(whole, /^ApiRoute/).get('kms:Decrypt') ?? [])], [production.SCORIA_KMS_KEY]);
  assert.deepEqual([...allowed(personal, /^ApiRoute/).keys()].sort(), [...statementsOnly, ...sends].sort());
  assert.deepEqual([...allowed(whole, /^Migrate/).keys()].sort(), statementsOnly);
  assert.deepEqual([...allowed(whole, /^SweepRole/).keys()].sort(), [...statementsOnly, ...sends].sort());
  const takes = [...allowed(whole, /^SchedulerSubscriber/)].filter(([action]) => /Receive|Delete/.test(action));
  for (const [action, resources] of takes) {
    assert.deepEqual(
      [...resources].map((arn) => arn.split(':').at(-1)),
      ['scoria-production-scheduler'],
      action,
    );
  }
  for (const { name, inputs } of [...ofType(whole, 'aws:iam/role:Role'), ...ofType(whole, 'aws:iam/policy:Policy')]) {
    for (const text of [inputs.policy, ...(inputs.inlinePolicies ?? []).map((one: { policy: string }) => one.policy)]) {
      for (const [action, resources] of statements(text)) {
        assert.doesNotMatch(action, /\*/, name);
        assert.ok(![...resources].includes('*'), `${name} may do ${action} to everything`);
      }
    }
  }
});

test('a worker beside a storage takes from its own queues only; the edge takes from none', () => {
  for (const [index, backend] of backends.entries()) {
    const may = statements(one(whole, 'aws:iam/policy:Policy', new RegExp(`^Backend${index}Policy$`)).policy);
    const own = [backendQueue(backend), backendQueue(backend, 'long')].map((name) =>
      serviceName(name, 'scoria-production-'),
    );
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility']) {
      assert.deepEqual(
        [...(may.get(action) ?? [])].map((arn) => arn.split(':').at(-1)).sort(),
        [...own].sort(),
        action,
      );
    }
  }
  const opens = statements(one(whole, 'aws:iam/policy:Policy', /^Backend0Policy$/).policy).get('kms:Decrypt');
  assert.deepEqual([...(opens ?? [])], [production.SCORIA_KMS_KEY], 'it opens the keys of its volumes');
  const edge = statements(one(whole, 'aws:iam/policy:Policy', /^EdgePolicy$/).policy);
  assert.deepEqual([...edge.keys()].filter((action) => action.startsWith('sqs:')).sort(), [
    'sqs:GetQueueUrl',
    'sqs:SendMessage',
  ]);
  assert.equal(ofType(personal, 'aws:iam/user:User').length, 0);
});

test('the sweeper runs every minute where data is kept, and lets a personal database sleep', () => {
  const scheduleOf = (graph: Graph) => one(graph, 'aws:scheduler/schedule:Schedule', /./);
  assert.equal(scheduleOf(whole).scheduleExpression, 'rate(1 minute)');
  assert.equal(scheduleOf(staging).scheduleExpression, 'rate(1 minute)');
  assert.equal(scheduleOf(personal).scheduleExpression, 'rate(1 hour)');
  assert.deepEqual(JSON.parse(scheduleOf(whole).target.input), { task: 'sweep' });
});

test('every queue has its two alarms; deadlines, the API and the sweeper have theirs, and they reach somebody', () => {
  const alarms = ofType(whole, 'aws:cloudwatch/metricAlarm:MetricAlarm').map((resource) => resource.inputs);
  const of = (metric: string) => alarms.filter((alarm) => alarm.metricName === metric);
  const named = (metric: string) =>
    of(metric)
      .map((alarm) => alarm.dimensions.QueueName)
      .sort();
  const all = queues(whole);
  assert.equal(of('ApproximateAgeOfOldestMessage').length, 5);
  assert.equal(named('ApproximateNumberOfMessagesVisible').length, all.filter(isDead).length);
  assert.deepEqual(
    new Set([...named('ApproximateAgeOfOldestMessage'), ...named('ApproximateNumberOfMessagesVisible')]).size,
    all.length,
  );
  const filter = one(whole, 'aws:cloudwatch/logMetricFilter:LogMetricFilter', /./);
  assert.equal(of(filter.metricTransformation.name).length, 1);
  assert.equal(of('5xx').length, 1);
  assert.equal(of('Errors').length, 1);
  for (const alarm of alarms) assert.equal(alarm.alarmActions.length, 1);
  assert.equal(one(whole, 'aws:sns/topicSubscription:TopicSubscription', /./).endpoint, 'operators@example.com');
});

test('production and staging keep what a mistake would delete; a personal stage leaves nothing', () => {
  assert.deepEqual([whole.app.protect, whole.app.removal], [true, 'retain-all']);
  assert.deepEqual([staging.app.protect, staging.app.removal], [false, 'retain']);
  assert.deepEqual([personal.app.protect, personal.app.removal], [false, 'remove']);
  for (const [graph, isKept] of [
    [whole, true],
    [staging, true],
    [personal, false],
  ] as const) {
    const cluster = one(graph, 'aws:rds/cluster:Cluster', /./);
    assert.equal(cluster.deletionProtection, isKept);
    assert.equal(cluster.skipFinalSnapshot, !isKept);
    assert.equal(cluster.backupRetentionPeriod, isKept ? 30 : 1);
    assert.equal(one(graph, 'aws:s3/bucket:Bucket', /Backups/).forceDestroy, !isKept);
    assert.equal(ofType(graph, 'aws:s3/bucketVersioning:BucketVersioning').length, isKept ? 1 : 0);
  }
});

test('no secret is in what is made but where a secret belongs', () => {
  const text = JSON.stringify(whole.resources.filter((resource) => !resource.type.startsWith('sst:')));
  assert.equal(
    text.split('secret-keys-value').length - 1,
    functions(whole).length - 1,
    'in the functions that open secrets',
  );
});

test('a stage that cannot work is refused with the name of the setting', async () => {
  const refused = (stage: string, env: Record<string, string>, why: RegExp) => assert.rejects(graphOf(stage, env), why);
  await Promise.all([
    refused('production', settings, /SCORIA_DOMAIN/),
    refused('sam', {}, /SCORIA_IDENTITY/),
    refused('of-somebody-who-types-much', settings, /too long a name/),
    refused('sam', { ...settings, SCORIA_KEYS: 'kms', SCORIA_KMS_KEY: 'alias/volumes' }, /SCORIA_KMS_KEY/),
    refused('sam', { ...settings, SCORIA_DEPLOY_BACKENDS: 'rack1' }, /SCORIA_DEPLOY_BACKENDS/),
  ]);
});
