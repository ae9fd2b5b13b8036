// Requests as API Gateway (HTTP API, payload version 2) hands them over.
export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: unknown;
  /** A body as it is. */
  readonly raw?: { readonly body: string; readonly isBase64Encoded: boolean };
}

export function apiEvent(method: string, target: string, { headers = {}, body, raw }: Asked) {
  const url = new URL(target, 'https://volumes.example.test');
  const host = headers.host ?? url.host;
  return {
    ...{ version: '2.0', routeKey: '$default', rawPath: url.pathname, rawQueryString: url.search.slice(1) },
    headers: {
      host,
      ...(body === undefined && raw === undefined ? {} : { 'content-type': 'application/json' }),
      ...{ 'x-forwarded-for': '192.0.2.7', 'x-forwarded-port': '443', 'x-forwarded-proto': 'https' },
      ...headers,
    },
    requestContext: {
      ...{ accountId: '000000000000', apiId: 'api', domainName: host, domainPrefix: 'volumes', requestId: 'id' },
      http: { method, path: url.pathname, protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: 'test' },
      ...{ routeKey: '$default', stage: '$default', time: '01/Jan/2026:00:00:00 +0000', timeEpoch: 1767225600000 },
    },
    ...(raw ?? (body === undefined ? {} : { body: JSON.stringify(body) })),
    isBase64Encoded: raw?.isBase64Encoded ?? false,
  };
}
