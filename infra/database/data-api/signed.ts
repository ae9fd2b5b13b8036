import type { Http } from '../../http/port.ts';
import { signer } from '../../signature/port.ts';
import { callMilliseconds, type DataApiAnswer, DataApiFault, type DataApiTransport } from './transport.ts';
import { wholeNumbers } from './whole.ts';

export interface SignedTransportOptions {
  readonly region: string;
  /** Another address than that of the region: an emulator. */
  readonly endpoint: string | null;
  /** Sends a request once. */
  readonly http: Http;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  };
}

const paths = {
  ExecuteStatement: '/Execute',
  BeginTransaction: '/BeginTransaction',
  CommitTransaction: '/CommitTransaction',
  RollbackTransaction: '/RollbackTransaction',
} as const;

/**
 * Calls signed by hand, over any fetch(): 10 KB where AWS's client has 440, for functions and the edge. Sends each
 * once.
 */
export function signedTransport({ region, endpoint, credentials, http }: SignedTransportOptions): DataApiTransport {
  const sign = signer({ ...credentials, service: 'rds-data', region });
  const base = (endpoint ?? `https://rds-data.${region}.amazonaws.com`).replace(/(?<!\/)\/+$/, '');
  return {
    async call(operation, input) {
      const url = `${base}${paths[operation]}`;
      const text = JSON.stringify(input);
      const headers = await sign(url, { 'content-type': 'application/json' }, text, Date.now());
      const signal = AbortSignal.timeout(callMilliseconds);
      const response = await http(url, { method: 'POST', headers, body: text, signal, redirect: 'manual' });
      const body = read(await response.text());
      if (!response.ok) throw faultOf(response, body);
      // The edge: the service's own words.
      return body as DataApiAnswer;
    },
    close() {},
  };
}

type Body = Readonly<Record<string, unknown>>;

/** JSON, whose integers beyond 2^53 stay text; nothing where what stands in front of the service answers in HTML. */
function read(text: string): Body {
  try {
    return JSON.parse(text, wholeNumbers);
  } catch {
    return {};
  }
}

function faultOf(response: Response, body: Body): DataApiFault {
  const named = response.headers.get('x-amzn-errortype') ?? String(body.__type ?? body.code ?? '');
  // `DatabaseErrorException:http://…` and `com.amazonaws…#DatabaseErrorException` are both in use.
  const name = named.replace(/:.*$/s, '').replace(/^.*#/s, '') || `HTTP ${response.status}`;
  return new DataApiFault(name, String(body.message ?? body.Message ?? response.statusText), response.status);
}
