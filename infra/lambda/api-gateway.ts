// The events of API Gateway (HTTP API, payload version 2), answered by an app.
import type { Hono } from 'hono';
import { type APIGatewayProxyResult, handle, type LambdaContext } from 'hono/aws-lambda';

/** For the answer itself, after the last wait. */
const marginMilliseconds = 1500;

export interface ApiGateway {
  /** How many milliseconds the request that is answered now may still wait. A function answers one at a time. */
  left(): number;
  /** Answers events with an app: an HTTP answer to each, a 400 to what is no request. */
  answer(app: Hono): (event: unknown, context: LambdaContext) => Promise<APIGatewayProxyResult>;
}

export function apiGateway(now: () => number): ApiGateway {
  let deadline = 0;
  return {
    left: () => Math.max(0, deadline - marginMilliseconds - now()),
    answer(app) {
      const respond = handle(app);
      return async (event, context) => {
        deadline = now() + context.getRemainingTimeInMillis();
        return isRequest(event) ? respond(event as never, context) : noRequest; // as isRequest has found
      };
    },
  };
}

const noRequest: APIGatewayProxyResult = {
  statusCode: 400,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    badRequest: { code: 400, message: 'This is no request of an HTTP API (payload version 2).' },
  }),
  isBase64Encoded: false,
};

interface Shape {
  readonly rawPath?: unknown;
  readonly rawQueryString?: unknown;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly requestContext?: { readonly http?: { readonly method?: unknown }; readonly domainName?: unknown };
}

function isRequest(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false;
  const { rawPath, rawQueryString = '', body = '', headers = {}, requestContext }: Shape = event;
  const texts = [rawPath, rawQueryString, body ?? '', requestContext?.http?.method, requestContext?.domainName];
  const isTold = texts.every((one) => typeof one === 'string') && String(rawPath).startsWith('/');
  return isTold && typeof headers === 'object' && headers !== null;
}
