// Webhooks from Node: names are looked up once, every address is checked, and the connection goes to a checked one.
import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { freshAgents } from '../connections/port.ts';
import type { Range } from './addresses.ts';
import { keptLookup, type Lookup } from './lookup.ts';
import { type Webhook, type WebhookAnswer, WebhookError, type Webhooks } from './port.ts';
import { readBounded } from './read.ts';
import { signedHeaders } from './sign.ts';
import { readTarget, refusalOf, type Target } from './target.ts';
import { inWords } from './words.ts';

export interface NodeWebhooksOptions {
  /** Where webhooks may be sent although nobody else could: over http and to every port too. */
  readonly allowed: readonly Range[];
  /** The User-Agent. */
  readonly agent: string;
}

interface Way {
  readonly target: Target;
  readonly address: string;
}

export function nodeWebhooks({ allowed, agent }: NodeWebhooksOptions, lookup: Lookup = keptLookup()): Webhooks {
  const agents = freshAgents();
  /** An address that may be sent to, or why there is none. */
  const wayTo = async (text: string): Promise<Way | string> => {
    const target = readTarget(text);
    if (typeof target === 'string') return target;
    const addresses = isIP(target.host) > 0 ? [target.host] : await lookup(target.host);
    const refusal = refusalOf(target, addresses, allowed);
    return refusal ?? { target, address: addresses[0] ?? '' };
  };
  const send = async (webhook: Webhook, signal: AbortSignal): Promise<WebhookAnswer> => {
    const way = await orAborted(wayTo(webhook.url), signal);
    if (typeof way === 'string') throw new WebhookError(way);
    agents.sweep();
    return ask(way, webhook, { signal, agents, agent });
  };
  return {
    async refusal(url) {
      const way = await wayTo(url);
      return typeof way === 'string' ? way : null;
    },
    send,
  };
}

/** A resolver cannot be told to stop; whoever waits for it can. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new WebhookError(inWords(signal.reason)));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

interface Asking {
  readonly signal: AbortSignal;
  readonly agents: ReturnType<typeof freshAgents>;
  readonly agent: string;
}

function ask({ target, address }: Way, webhook: Webhook, { signal, agents, agent }: Asking): Promise<WebhookAnswer> {
  const { url, host, port } = target;
  const isSecure = url.protocol === 'https:';
  const options: RequestOptions & { readonly servername?: string } = {
    // The address and not the name: it is what was checked, and nothing looks the name up again.
    host: address,
    port,
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    agent: isSecure ? agents.https : agents.http,
    ...(isSecure && isIP(host) === 0 ? { servername: host } : {}),
    signal,
    headers: {
      Host: url.host,
      'User-Agent': agent,
      'Content-Type': webhook.contentType,
      'Content-Length': Buffer.byteLength(webhook.body),
      ...signedHeaders(webhook.secrets, webhook),
    },
  };
  return new Promise((resolve, reject) => {
    const asked = (isSecure ? requestHttps : requestHttp)(options, (answer) => {
      const retryAfter = answer.headers['retry-after'] ?? null;
      const status = answer.statusCode ?? 0;
      readBounded(answer).then((text) => resolve({ status, retryAfter, text }), fail);
    });
    const fail = (error: unknown) => reject(new WebhookError(inWords(signal.aborted ? signal.reason : error)));
    asked.on('error', fail);
    asked.end(webhook.body);
  });
}
