// What a Worker at the edge is told, in variables of the names that they have everywhere (docs/settings.md).

export type Variables = Readonly<Record<string, string | undefined>>;

/** A variable that is missing or wrong: the message names it and has nothing of its value. */
export class VariableError extends Error {}

function needed(variables: Variables, name: string): string {
  const text = variables[name];
  if (text === undefined || text === '') throw new VariableError(`${name} must be set`);
  return text;
}

function url(variables: Variables, name: string): string {
  const text = needed(variables, name);
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new VariableError(`${name} must be an https:// URL`);
  return text.replace(/(?<!\/)\/+$/, '');
}

export interface EdgeSettings {
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly database: { readonly name: string; readonly cluster: string; readonly secret: string };
  /** Servers that speak the two protocols; null: those of AWS. */
  readonly endpoints: { readonly database: string | null; readonly queue: string | null };
  readonly queuePrefix: string;
  readonly secretKeys: string;
  /** The URL that clients use; null: the one of the request. */
  readonly publicUrl: string | null;
  readonly identity: EdgeIdentity;
  readonly ratePerProject: EdgeRate | null;
  readonly ratePerAddress: EdgeRate | null;
  readonly rateStatus: 413 | 429;
  readonly isVerbose: boolean;
}

interface EdgeRate {
  readonly perSecond: number;
  readonly burst: number;
}

export type EdgeIdentity =
  | {
      readonly kind: 'keystone';
      readonly url: string;
      readonly user: {
        readonly name: string;
        readonly password: string;
        readonly project: string;
        readonly userDomain: string;
        readonly projectDomain: string;
      };
      /** PEM, where Keystone makes JWS tokens: no file here, but what it holds. */
      readonly jwsPem: string | null;
    }
  | { readonly kind: 'oidc'; readonly issuer: string; readonly audience: string; readonly jwksUrl: string | null };

/** Throws VariableError for what cannot be worked with. */
export function readVariables(variables: Variables): EdgeSettings {
  const database = readDatabase(needed(variables, 'DATABASE_URL'));
  const rateStatus = variables.SCORIA_RATE_STATUS === '429' ? 429 : 413;
  return {
    ...database,
    region: variables.AWS_REGION || (database.database.cluster.split(':')[3] ?? ''),
    credentials: {
      accessKeyId: needed(variables, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: needed(variables, 'AWS_SECRET_ACCESS_KEY'),
    },
    endpoints: { ...database.endpoints, queue: variables.SCORIA_QUEUE_ENDPOINT || null },
    queuePrefix: variables.SCORIA_QUEUE_PREFIX ?? 'scoria-',
    secretKeys: needed(variables, 'SCORIA_SECRET_KEYS'),
    publicUrl: variables.SCORIA_PUBLIC_URL ? url(variables, 'SCORIA_PUBLIC_URL') : null,
    identity: readIdentity(variables),
    ratePerProject: readRate(variables, 'SCORIA_RATE_PER_PROJECT'),
    ratePerAddress: readRate(variables, 'SCORIA_RATE_PER_ADDRESS'),
    rateStatus,
    isVerbose: variables.SCORIA_LOG === 'info' || variables.SCORIA_LOG === 'debug',
  };
}

/** `data-api:///NAME?cluster=ARN&secret=ARN`, with `&endpoint=URL` for a server that is not AWS. */
function readDatabase(text: string) {
  const parsed = URL.canParse(text) ? new URL(text) : null;
  const cluster = parsed?.searchParams.get('cluster') ?? '';
  const secret = parsed?.searchParams.get('secret') ?? '';
  if (parsed?.protocol !== 'data-api:' || !cluster.startsWith('arn:') || !secret.startsWith('arn:')) {
    throw new VariableError('DATABASE_URL must be data-api:///NAME?cluster=ARN&secret=ARN');
  }
  const name = parsed.pathname.replace(/^\/+/, '') || 'scoria';
  return { database: { name, cluster, secret }, endpoints: { database: parsed.searchParams.get('endpoint') } };
}

function readIdentity(variables: Variables): EdgeIdentity {
  const kind = variables.SCORIA_IDENTITY;
  if (kind === 'oidc') {
    const jwksUrl = variables.SCORIA_OIDC_JWKS ? url(variables, 'SCORIA_OIDC_JWKS') : null;
    const issuer = needed(variables, 'SCORIA_OIDC_ISSUER');
    return { kind, issuer, audience: needed(variables, 'SCORIA_OIDC_AUDIENCE'), jwksUrl };
  }
  if (kind !== 'keystone') throw new VariableError('SCORIA_IDENTITY must be keystone or oidc');
  const [userDomain = '', projectDomain = userDomain] = (variables.SCORIA_KEYSTONE_DOMAINS || 'Default').split(',');
  const user = {
    name: variables.SCORIA_KEYSTONE_USER || 'cinder',
    password: needed(variables, 'SCORIA_KEYSTONE_PASSWORD'),
    project: variables.SCORIA_KEYSTONE_PROJECT || 'service',
    ...{ userDomain, projectDomain },
  };
  const jwsPem = variables.SCORIA_KEYSTONE_JWS_PEM || null;
  return { kind, url: url(variables, 'SCORIA_KEYSTONE_URL').replace(/\/v3$/, ''), user, jwsPem };
}

/** `50`, or `50:200`; without a burst it is one second's worth. */
function readRate(variables: Variables, name: string): EdgeRate | null {
  const text = variables[name] ?? '';
  if (text === '' || text === '0') return null;
  const [, rate, burst] = /^(\d{1,6}(?:\.\d{1,3})?)(?::(\d{1,6}))?$/.exec(text) ?? [];
  const perSecond = Number(rate);
  if (rate === undefined || perSecond === 0 || burst === '0') throw new VariableError(`${name} must be such as 50:200`);
  return { perSecond, burst: burst === undefined ? Math.max(1, Math.ceil(perSecond)) : Number(burst) };
}
