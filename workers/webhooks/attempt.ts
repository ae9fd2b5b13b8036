// One attempt to deliver one event to one receiver, and its outcome.
import { type Clock, withTimeout } from '../../infra/clock/port.ts';
import { type WebhookAnswer, WebhookError, type Webhooks } from '../../infra/webhooks/port.ts';
import { cloudEvent } from '../../schema/cloud-event.ts';
import { testType } from '../../schema/subscriptions.ts';
import type { Item } from './choose.ts';
import type { Lane } from './lane.ts';
import { retryAfterOf } from './retries.ts';

/** How long a receiver has to answer, from looking its name up to the end of the answer. */
const answerMilliseconds = 15_000;

export interface Outcome {
  /**
   * - `gone`: it wants no more (410). - `lost`: the event is no longer in the log, and nothing was sent.
   */
  readonly is: 'taken' | 'failed' | 'gone' | 'lost';
  readonly at: number;
  readonly latency: number | null;
  readonly status: number | null;
  readonly answer: string | null;
  readonly error: string | null;
  /** How many milliseconds the receiver asks us to wait. */
  readonly retryAfter: number | null;
}

interface Needs {
  readonly clock: Clock;
  readonly webhooks: Webhooks;
}

/** The id and the body of what is sent: the same at every attempt. */
function messageOf(
  lane: Lane,
  { event, row }: Item,
  now: number,
): { readonly id: string; readonly body: string } | null {
  if (row?.kind === 'test') {
    const id = `test-${row.id}`;
    const what = { specversion: '1.0', id, source: '/scoria/v1/subscriptions', type: testType };
    const about = { subject: `subscription/${lane.id}`, time: new Date(now).toISOString() };
    const data = { subscription_id: lane.id };
    return { id, body: JSON.stringify({ ...what, ...about, datacontenttype: 'application/json', data }) };
  }
  if (event === null) return null;
  return { id: event.sequence, body: JSON.stringify(cloudEvent(event)) };
}

const nothing = { latency: null, status: null, answer: null, retryAfter: null } as const;

export async function attempt({ clock, webhooks }: Needs, lane: Lane, item: Item): Promise<Outcome> {
  const at = clock.now();
  const message = messageOf(lane, item, at);
  if (message === null) return { ...nothing, is: 'lost', at, error: 'The event is not in the log any more.' };
  const webhook = {
    ...message,
    url: lane.url,
    timestamp: Math.floor(at / 1000),
    contentType: 'application/cloudevents+json',
    secrets: lane.secrets.filter(({ until }) => until === null || until > at).map(({ text }) => text),
  };
  try {
    const answer = await withTimeout(clock, answerMilliseconds, (signal) => webhooks.send(webhook, signal));
    return outcomeOf(answer, at, clock.now());
  } catch (error) {
    const words = error instanceof WebhookError ? error.message : 'The receiver could not be asked.';
    return { ...nothing, is: 'failed', at, latency: clock.now() - at, error: words };
  }
}

function outcomeOf({ status, retryAfter, text }: WebhookAnswer, at: number, now: number): Outcome {
  const common = { at, latency: now - at, status, answer: text, retryAfter: retryAfterOf(retryAfter, now) };
  if (status >= 200 && status < 300) return { ...common, is: 'taken', error: null, retryAfter: null };
  if (status === 410) return { ...common, is: 'gone', error: 'The receiver answered that it is gone (410).' };
  const isRedirect = status >= 300 && status < 400;
  const error = `The receiver answered ${status}.${isRedirect ? ' Redirects are not followed.' : ''}`;
  return { ...common, is: 'failed', error };
}
