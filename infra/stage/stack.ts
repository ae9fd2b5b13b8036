// What a stage is: how large, how well kept, and what the operator has said in the environment of `sst deploy`.

export interface Plan {
  readonly stage: string;
  /** Data outlives a mistake: deletion is refused, backups of the database are kept for a month. */
  readonly isKept: boolean;
  /** The API's own name; null: the address that API Gateway gives. */
  readonly domain: string | null;
  /** host@backend of each worker beside a storage: each has queues and credentials of its own. */
  readonly backends: readonly string[];
  /** Whether a Cloudflare Worker stands in front and needs credentials. */
  readonly edge: boolean;
  /** Who is told of alarms; null: nobody, they are only seen. */
  readonly alarmEmail: string | null;
  readonly database: DatabasePlan;
  /** The ARN of the key in KMS that seals those of encrypted volumes; null: they are sealed elsewhere. */
  readonly kmsKey: string | null;
  /** Settings of docs/settings.md that go to the functions as they are. */
  readonly settings: Readonly<Record<string, string>>;
}

interface DatabasePlan {
  readonly min: `${number} ACU`;
  readonly max: `${number} ACU`;
  /** After how long without a statement it sleeps, where `min` is 0. */
  readonly pauseAfter: '10 minutes';
  /** Instances beside the first, in other zones. */
  readonly replicas: number;
}

/**
 * Reads the environment; `handedOver` names what of it goes to the functions as it is. Throws, with the name of the
 * variable, for what cannot be deployed.
 */
export function planOf(
  stage: string,
  env: Readonly<Record<string, string | undefined>>,
  handedOver: readonly string[],
): Plan {
  const isProduction = stage === 'production';
  const isKept = isProduction || stage === 'staging';
  const backends = (env.SCORIA_DEPLOY_BACKENDS ?? '').split(',').filter((one) => one !== '');
  for (const one of backends) {
    if (!/^[\w.-]+@[\w.-]+$/.test(one)) throw new Error(`SCORIA_DEPLOY_BACKENDS: "${one}" is no host@backend`);
  }
  if (isProduction && !env.SCORIA_DOMAIN)
    throw new Error('SCORIA_DOMAIN is needed in production: clients keep the URL');
  if (!['keystone', 'oidc'].includes(env.SCORIA_IDENTITY ?? '')) {
    throw new Error('SCORIA_IDENTITY must be keystone or oidc: the functions do not carry the embedded Keystone');
  }
  return {
    ...{ stage, isKept, backends },
    domain: env.SCORIA_DOMAIN || null,
    edge: env.SCORIA_DEPLOY_EDGE === 'yes',
    alarmEmail: env.SCORIA_ALARM_EMAIL || null,
    // Half a unit costs some 45 dollars a month and answers at once; zero costs storage only, and the first request
    // after ten quiet minutes waits some 15 s. A worker that is up asks every few seconds, and then nothing sleeps.
    database: {
      ...{ min: isProduction ? '0.5 ACU' : '0 ACU', max: isProduction ? '32 ACU' : '4 ACU' },
      ...{ pauseAfter: '10 minutes', replicas: isProduction ? 1 : 0 },
    },
    kmsKey: env.SCORIA_KEYS === 'kms' ? kmsKeyOf(env.SCORIA_KMS_KEY) : null,
    settings: Object.fromEntries(handedOver.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []))),
  };
}

/** Who may use a key is said with its ARN: an alias can be turned to another key. */
function kmsKeyOf(text = ''): string {
  if (/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/.test(text)) return text;
  throw new Error('SCORIA_KMS_KEY must be the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID');
}

/**
 * The role of a function is Lambda's to take: SST would let every identity of the account that may assume roles take
 * it too.
 */
export const forLambdaAlone = {
  transform: {
    role: (args) => {
      args.assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: 'lambda.amazonaws.com' });
    },
  },
} satisfies Pick<sst.aws.FunctionArgs, 'transform'>;
