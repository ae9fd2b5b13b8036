// Webhooks as their senders see them: whether a URL is allowed, and one request to it.

/** Decides which URLs may be sent to. */
export interface WebhookTargets {
  /** Null when webhooks may be sent there now, else the reason: a sentence for the user who gave the URL. */
  refusal(url: string): Promise<string | null>;
}

export interface Webhook {
  readonly url: string;
  /** The same for every attempt. */
  readonly id: string;
  /** Unix seconds of this attempt. */
  readonly timestamp: number;
  readonly contentType: string;
  readonly body: string;
  /** `whsec_…`: each of them signs, so a receiver may know any of them. */
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
   * Sends one request, signed by Standard Webhooks, to an address that was checked and is fixed for the connection.
   * Follows no redirect, and reads at most 64 KiB. Throws WebhookError when there is no answer.
   */
  send(webhook: Webhook, signal: AbortSignal): Promise<WebhookAnswer>;
}

/** There was no answer, or nothing was sent. The message is a sentence for the owner of the subscription. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}
