// Stores the results of deliveries, for many subscriptions in one statement. Nothing is written for a subscription
// that has another fence by now: whoever has it delivers again.
import type { Database } from '../../../infra/database/port.ts';
import { messageActions, messageDetails, messageEventId, messageSeconds } from '../../../schema/codes.ts';
import { statement } from '../../../schema/statement.ts';
import type { Delivery, SubscriptionState } from '../../../schema/subscriptions.ts';
import type { Fenced } from './claim.ts';

/** The new state of a delivery. Times are ISO 8601. */
export interface DeliveryRecord extends Delivery {
  readonly subscription_id: string;
}

/** The new state of a subscription. */
export interface SettledLane extends Fenced {
  readonly transaction: string;
  readonly sequence: string;
  readonly failures: number;
  readonly retry_at: string | null;
  readonly state: SubscriptionState;
  readonly reason: string | null;
  /** The id of the user message that says why it stopped; null when it goes on. */
  readonly message_id: string | null;
}

const action = messageActions.deliverEvents.id;
const detail = messageDetails.receiverFailed.id;

const settleText = statement(
  'deliveries.settle',
  `WITH lanes AS (
  SELECT l.* FROM jsonb_to_recordset(:lanes::jsonb) AS l (id uuid, fence bigint, transaction bigint, sequence bigint,
    failures int, retry_at timestamptz, state text, reason text, message_id uuid)
), mine AS (
  UPDATE subscriptions s SET transaction = l.transaction, sequence = l.sequence, failures = l.failures,
    retry_at = l.retry_at, state = l.state, reason = l.reason,
    updated_at = CASE WHEN l.state <> s.state THEN :now::timestamptz ELSE s.updated_at END
  FROM lanes l WHERE s.id = l.id AND s.fence = l.fence AND s.state = 'enabled'
  RETURNING s.id, s.project_id, l.message_id
), user_messages AS (
  INSERT INTO messages (id, project_id, resource_type, resource_uuid, action_id, detail_id, event_id, created_at,
    expires_at)
  SELECT m.message_id, m.project_id, 'SUBSCRIPTION', m.id, '${action}', '${detail}',
    '${messageEventId('subscription', action, detail)}', :now::timestamptz,
    :now::timestamptz + make_interval(secs => ${messageSeconds})
  FROM mine m WHERE m.message_id IS NOT NULL
), written AS (
  INSERT INTO deliveries AS d (id, subscription_id, project_id, kind, transaction, sequence, event_type, resource_id,
    status, attempts, first_attempt_at, next_attempt_at, answered_status, answer, error, latency_ms, created_at,
    updated_at)
  SELECT r.id, r.subscription_id, m.project_id, r.kind, r.transaction, r.sequence, r.event_type, r.resource_id,
    r.status, r.attempts, r.first_attempt_at, r.next_attempt_at, r.answered_status, r.answer, r.error, r.latency_ms,
    :now::timestamptz, :now::timestamptz
  FROM jsonb_to_recordset(:records::jsonb) AS r (id uuid, subscription_id uuid, kind text, transaction bigint,
    sequence bigint, event_type text, resource_id uuid, status text, attempts int, first_attempt_at timestamptz,
    next_attempt_at timestamptz, answered_status int, answer text, error text, latency_ms int)
  JOIN mine m ON m.id = r.subscription_id
  ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status, attempts = EXCLUDED.attempts,
    first_attempt_at = EXCLUDED.first_attempt_at, next_attempt_at = EXCLUDED.next_attempt_at,
    answered_status = EXCLUDED.answered_status, answer = EXCLUDED.answer, error = EXCLUDED.error,
    latency_ms = EXCLUDED.latency_ms, updated_at = EXCLUDED.updated_at
)
SELECT m.id::text AS id FROM mine m`,
);

/** Stores the results, and returns the subscriptions that still belonged to the dispatcher. Harmless when repeated. */
export async function settleDeliveries(
  database: Database,
  now: string,
  lanes: readonly SettledLane[],
  records: readonly DeliveryRecord[],
): Promise<ReadonlySet<string>> {
  const given = { now, lanes: JSON.stringify(lanes), records: JSON.stringify(records) };
  const rows = await settleText.all<{ readonly id: string }>(database, given);
  return new Set(rows.map(({ id }) => id));
}

const advanceText = statement(
  'subscriptions.advance',
  `UPDATE subscriptions s SET transaction = l.transaction, sequence = l.sequence
FROM jsonb_to_recordset(:lanes::jsonb) AS l (id uuid, fence bigint, transaction bigint, sequence bigint)
WHERE s.id = l.id AND s.fence = l.fence`,
);

/** Advances subscriptions past events that they did not ask for. */
export async function advanceSubscriptions(
  database: Database,
  lanes: readonly (Fenced & { readonly transaction: string; readonly sequence: string })[],
): Promise<void> {
  await advanceText.all(database, { lanes: JSON.stringify(lanes) });
}
