// Signatures by Standard Webhooks: HMAC-SHA-256 of id, time and body.
import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/** The headers of a webhook, signed with each of the secrets. `timestamp` is in Unix seconds. */
export function signedHeaders(
  secrets: readonly string[],
  { id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: string },
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}
