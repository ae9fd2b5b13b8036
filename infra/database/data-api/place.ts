// Where a database of the Data API is, as DATABASE_URL says it.

export interface DataApiPlace {
  readonly region: string;
  readonly cluster: string;
  readonly secret: string;
  readonly database: string;
  /** Null: AWS. */
  readonly endpoint: string | null;
}

export const isDataApi = (url: string | null) => url?.startsWith('data-api:') ?? false;

/**
 * Reads `data-api:///NAME?cluster=arn:…&secret=arn:…`, where `&endpoint=http://…` names an emulator. Throws a
 * RangeError with what it must be.
 */
export function dataApiPlace(text: string): DataApiPlace {
  const url = URL.canParse(text) ? new URL(text) : null;
  const cluster = url?.searchParams.get('cluster') ?? '';
  const secret = url?.searchParams.get('secret') ?? '';
  const database = url?.pathname.slice(1) ?? '';
  const region = /^arn:[\w-]+:rds:([a-z0-9-]+):\d*:cluster:.+$/.exec(cluster)?.[1];
  if (!/^[\w-]+$/.test(database) || region === undefined || !/^arn:[\w-]+:secretsmanager:/.test(secret)) {
    throw new RangeError(
      'must be data-api:///NAME?cluster=ARN&secret=ARN, with the ARNs of the cluster and of its secret',
    );
  }
  const endpoint = url?.searchParams.get('endpoint') ?? null;
  if (endpoint !== null && !/^https?:\/\//.test(endpoint)) throw new RangeError('must have a URL as its endpoint');
  return { region, cluster, secret, database, endpoint };
}
