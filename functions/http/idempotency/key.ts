// The header Idempotency-Key, and the request that it identifies.
import { badRequest } from '../faults.ts';
import type { Call } from '../operation.ts';

/** How long a key is kept: a client that has not retried within a day never will. */
export const keptSeconds = 86_400;

const longest = 255;

export interface RequestKey {
  readonly project: string;
  readonly key: string;
  /** SHA-256, in hexadecimal, of everything that identifies the request. */
  readonly request: string;
}

/**
 * The key of a request that changes something; null when it has none. Bare, or in the double quotes of a structured
 * field. Throws 400 for an invalid key.
 */
export async function keyOf(request: Request, call: Call<unknown>, body: Uint8Array): Promise<RequestKey | null> {
  const given = request.headers.get('idempotency-key');
  if (given === null || request.method === 'GET' || request.method === 'HEAD') return null;
  const key = /^".*"$/.test(given) ? given.slice(1, -1) : given;
  if (key.length === 0 || key.length > longest || !/^[\x20-\x7e]+$/.test(key)) {
    throw badRequest(`Idempotency-Key must be 1 to ${longest} printable ASCII characters.`);
  }
  const { pathname, search } = new URL(request.url);
  const head = JSON.stringify([call.actor.userId, request.method, pathname, search, call.minor]);
  const text = new TextEncoder().encode(head);
  const whole = new Uint8Array(text.length + body.length);
  whole.set(text);
  whole.set(body, text.length);
  const hash = await call.ports.digests.sha256(whole);
  return { project: call.actor.projectId ?? '', key, request: hash };
}
