// Webhooks as those who send them see them: whether a URL may be sent to, and one request to it.

/** Says which URLs may be sent to. */
export interface WebhookTargets {
  /** Null when webhooks may be sent there now, or why not: a sentence for whoever gave the URL. */
  refusal(url: string): Promise<string | null>;
}

export interface Webhook {
  readonly url: string;
  /** The same at every attempt. */
  readonly id: string;
  /** Unix seconds of this attempt. */
  readonly timestamp: number;
  readonly contentType: string;
  readonly body: string;
  /** `whsec_…`: each signs, so that a receiver may have any of them. */
  readonly secrets: readonly string[];
}

export interface WebhookAnswer {
  readonly status: number;
  /** Its header `Retry-After`. */
  readonly retryAfter: string | null;
  /** The first 1,024 bytes of its body. */
  readonly text: string;
}

export interface Webhooks extends WebhookTargets {
  /**
   * Sends one request, signed by Standard Webhooks, to an address that is checked and kept for the connection. Follows
   * no redirect, and reads no more than 64 KiB. Throws WebhookError when there is no answer.
   */
  send(webhook: Webhook, signal: AbortSignal): Promise<WebhookAnswer>;
}

/** There was no answer, or nobody was asked. The message is a sentence for the owner of the subscription. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}
