// Aurora PostgreSQL Serverless v2 with the Data API, and the function that migrates it at every deploy.
//
// Cost: 0.12 dollars an hour and ACU (none while it sleeps), 0.10 a month and GB, 0.20 a million I/Os, 0.35 a million
// requests of the Data API. It stands in private subnets, and the functions outside of the network: the Data API is
// the only way in, and no NAT gateway (32 dollars a month) is needed.
import { forLambdaAlone, type Plan } from '../stage/stack.ts';

export type DatabaseStack = ReturnType<typeof databaseStack>;

const databaseName = 'scoria';

/**
 * The settings of every session: times are in UTC, and no statement is compiled, which would take a second where the
 * statement takes milliseconds. Both hold from the next session on, without a restart.
 */
const sessionParameters = [
  { name: 'jit', value: '0', applyMethod: 'immediate' },
  { name: 'timezone', value: 'UTC', applyMethod: 'immediate' },
];

/** What the Data API is used with, and nothing else of RDS. */
const dataApiActions = [
  'rds-data:ExecuteStatement',
  'rds-data:BatchExecuteStatement',
  'rds-data:BeginTransaction',
  'rds-data:CommitTransaction',
  'rds-data:RollbackTransaction',
];

export function databaseStack(plan: Plan) {
  const network = new sst.aws.Vpc('Network');
  const { min, max, pauseAfter, replicas } = plan.database;
  const aurora = new sst.aws.Aurora('Database', {
    engine: 'postgres',
    version: '17.4',
    database: databaseName,
    dataApi: true,
    vpc: network,
    replicas,
    scaling: { min, max, ...(min === '0 ACU' ? { pauseAfter } : {}) },
    transform: {
      // What a connection of ours asks for at its start (postgres.ts), and the Data API has no way to ask for.
      clusterParameterGroup: (args) => {
        args.parameters = sessionParameters;
      },
      cluster: (args) => {
        args.deletionProtection = plan.isKept;
        args.backupRetentionPeriod = plan.isKept ? 30 : 1;
        args.storageEncrypted = true;
        args.copyTagsToSnapshot = true;
        args.skipFinalSnapshot = !plan.isKept;
        if (plan.isKept) args.finalSnapshotIdentifier = `scoria-${plan.stage}-final`;
      },
    },
  });
  const environment = {
    DATABASE_URL: $interpolate`data-api:///${databaseName}?cluster=${aurora.clusterArn}&secret=${aurora.secretArn}`,
  };
  const permissions = [
    { actions: dataApiActions, resources: [aurora.clusterArn] },
    { actions: ['secretsmanager:GetSecretValue'], resources: [aurora.secretArn] },
  ];
  const schema = migrate(aurora, { environment, permissions });
  return {
    ...{ clusterArn: aurora.clusterArn, secretArn: aurora.secretArn, permissions },
    // What needs the newest schema names it, so that Pulumi makes it afterwards.
    environment: { ...environment, SCORIA_SCHEMA: schema },
  };
}

type Access = Pick<sst.aws.FunctionArgs, 'environment' | 'permissions'>;

/** Runs the migrations that the database does not have; what it gives is there when they are done. */
function migrate(aurora: sst.aws.Aurora, access: Access) {
  const migrator = new sst.aws.Function('Migrate', {
    ...access,
    ...forLambdaAlone,
    handler: 'functions/main.migrate.handler',
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    memory: '512 MB',
    timeout: '15 minutes',
    copyFiles: [{ from: 'schema/migrations', to: 'schema/migrations' }],
  });
  const migrated = new aws.lambda.Invocation(
    'Migrated',
    {
      functionName: migrator.name,
      input: '{}',
      // The migrations are in the function's code: when they change, so does the name of its object.
      triggers: { code: migrator.nodes.function.s3Key.apply((key) => key ?? '') },
    },
    // Its instances too: without one nothing answers.
    { dependsOn: [aurora] },
  );
  return migrated.result.apply((output): string => JSON.parse(output).schema);
}
