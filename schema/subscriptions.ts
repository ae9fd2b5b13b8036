// Subscriptions: which events they ask for, and their limits.
import type { EventPosition } from './events.ts';

export type SubscriptionState = 'enabled' | 'paused' | 'disabled';
export type DeliveryKind = 'event' | 'redelivery' | 'test';
export type DeliveryStatus = 'waiting' | 'delivered' | 'failed';

/** An event on its way to a subscription, as the database returns it. Times are text. */
export interface Delivery extends EventPosition {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly event_type: string;
  readonly resource_id: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly first_attempt_at: string | null;
  readonly next_attempt_at: string | null;
  readonly answered_status: number | null;
  readonly answer: string | null;
  readonly error: string | null;
  readonly latency_ms: number | null;
}

/** How long the previous secret still signs. */
export const formerSecretSeconds = 86_400;

/** The most subscriptions of a project. */
export const mostSubscriptions = 100;

/** The most events that one request can have redelivered. */
export const mostRedeliveries = 1_000;

/** The purpose for which a subscription's secret is encrypted. */
export const secretPurpose = (id: string) => `subscription:${id}`;

/** The type of a test delivery, which has no event. */
export const testType = 'scoria.subscription.test';

/** Which events a subscription asks for. */
export interface Asked {
  /** Null: those of every project. */
  readonly project: string | null;
  /** Types, with `*` for any characters. */
  readonly types: readonly string[];
  readonly resourceType: string | null;
  readonly resourceId: string | null;
}

interface Happened {
  readonly type: string;
  readonly project_id: string;
  readonly resource_type: string;
  readonly resource_id: string;
}

/** Whether a subscription asks for an event. The time depends only on the length of the type. */
export const asksFor = (asked: Asked, event: Happened): boolean =>
  (asked.project === null || asked.project === event.project_id) &&
  (asked.resourceType === null || asked.resourceType === event.resource_type) &&
  (asked.resourceId === null || asked.resourceId === event.resource_id) &&
  asked.types.some((glob) => fits(glob, event.type));

/** Whether a text matches a glob: `*` is any characters. From the left, the first match of each piece is enough. */
export function fits(glob: string, text: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined) return glob === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** The same as fits(), as SQL, for globs of letters, dots, `_` and `*`. */
export const fitsSql = <const Text extends string, const Glob extends string>(text: Text, glob: Glob) =>
  `${text} LIKE replace(replace(${glob}, '_', '\\_'), '*', '%')` as const;

/** The same as asksFor(), as SQL over `events e` and `subscriptions s`. */
export const asksForSql = `(s.all_projects OR e.project_id = s.project_id)
  AND (s.resource_type IS NULL OR s.resource_type = e.resource_type)
  AND (s.resource_id IS NULL OR s.resource_id = e.resource_id)
  AND EXISTS (SELECT 1 FROM jsonb_array_elements_text(s.types) g WHERE ${fitsSql('e.type', 'g')})` as const;
