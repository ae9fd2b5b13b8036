// The events of API Gateway (HTTP API, payload version 2), answered by an app. Not through hono/aws-lambda, which knows
// four more kinds of events: 5 KB that every start reads.

/** For the answer itself, after the last wait. */
const marginMilliseconds = 1500;

/** An answer, as API Gateway takes it. */
export interface GatewayAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** What is used of the second argument of a handler. */
interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** What answers a request: an app. */
interface Answers {
  fetch(request: Request): Response | Promise<Response>;
}

export interface ApiGateway {
  /** How many milliseconds the request that is answered now may still wait. A function answers one at a time. */
  left(): number;
  /** Answers events with an app: an HTTP answer to each, a 400 to what is no request. */
  answer(app: Answers): (event: unknown, context: Invocation) => Promise<GatewayAnswer>;
}

export function apiGateway(now: () => number): ApiGateway {
  let deadline = 0;
  return {
    left: () => Math.max(0, deadline - marginMilliseconds - now()),
    answer(app) {
      return async (event, context) => {
        deadline = now() + context.getRemainingTimeInMillis();
        return isRequest(event) ? await answerOf(await app.fetch(requestOf(event))) : noRequest;
      };
    },
  };
}

const noRequest: GatewayAnswer = {
  statusCode: 400,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    badRequest: { code: 400, message: 'This is no request of an HTTP API (payload version 2).' },
  }),
  isBase64Encoded: false,
};

/** What an event of a request has. */
interface RequestEvent {
  readonly rawPath: string;
  readonly rawQueryString?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: { readonly http: { readonly method: string }; readonly domainName: string };
}

type Shape = { readonly [Name in keyof RequestEvent]?: unknown };

function isRequest(event: unknown): event is RequestEvent {
  if (typeof event !== 'object' || event === null) return false;
  const { rawPath, rawQueryString = '', body = '', headers = {}, requestContext }: Shape = event;
  const { http, domainName } = (requestContext ?? {}) as { http?: { method?: unknown }; domainName?: unknown };
  const texts = [rawPath, rawQueryString, body ?? '', http?.method, domainName];
  const isComplete = texts.every((one) => typeof one === 'string') && String(rawPath).startsWith('/');
  return isComplete && typeof headers === 'object' && headers !== null;
}

function requestOf({ rawPath, rawQueryString = '', requestContext, ...event }: RequestEvent): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers ?? {})) headers.set(name, String(value));
  if (event.cookies !== undefined) headers.set('cookie', event.cookies.join('; '));
  const { method } = requestContext.http;
  const hasBody = event.body !== undefined && event.body !== null && method !== 'GET' && method !== 'HEAD';
  const body = event.isBase64Encoded === true ? Buffer.from(event.body ?? '', 'base64') : (event.body ?? '');
  const url = `https://${requestContext.domainName}${rawPath}${rawQueryString === '' ? '' : `?${rawQueryString}`}`;
  return new Request(url, { method, headers, ...(hasBody ? { body } : {}) });
}

/** What is no text travels as base64. */
async function answerOf(response: Response): Promise<GatewayAnswer> {
  const cookies = response.headers.getSetCookie();
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie'));
  const type = headers['content-type'] ?? '';
  const isBase64Encoded =
    headers['content-encoding'] !== undefined || !/^(text\/|application\/(\w+\+)?json|$)/.test(type);
  const bytes = Buffer.from(await response.arrayBuffer());
  const body = bytes.toString(isBase64Encoded ? 'base64' : 'utf8');
  return { statusCode: response.status, headers, body, isBase64Encoded, ...(cookies.length > 0 ? { cookies } : {}) };
}
