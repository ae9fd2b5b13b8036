// Webhooks to a function of this process: for tests and simulations.
import { targetsByText } from './by-text.ts';
import type { Webhook, WebhookAnswer, Webhooks } from './port.ts';
import { signedHeaders } from './sign.ts';

export interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers, or rejects as a receiver that cannot be reached does (WebhookError). */
export type Receiver = (received: Received, webhook: Webhook, signal: AbortSignal) => Promise<WebhookAnswer>;

/** Every name is taken to be one of the internet; addresses in URLs are checked. */
export const memoryWebhooks = (receiver: Receiver): Webhooks => ({
  ...targetsByText([]),
  async send(webhook, signal) {
    const headers = { 'content-type': webhook.contentType, ...signedHeaders(webhook.secrets, webhook) };
    return receiver({ url: webhook.url, headers, body: webhook.body }, webhook, signal);
  },
});
