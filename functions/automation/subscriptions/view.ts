import { cursorOf } from '../../../schema/events.ts';
import * as is from '../../http/answer-types.ts';
import { field, time, view } from '../../http/view.ts';
import type { DeliveryRow, SubscriptionRow } from './store.ts';

/** A subscription, without its secret. */
export const subscriptionView = view<SubscriptionRow>({
  id: field(is.uuid, (row) => row.id),
  project_id: field(is.text, (row) => row.project_id),
  user_id: field(is.text, (row) => row.user_id),
  all_projects: field(is.boolean, (row) => row.all_projects),
  description: field(is.orNull(is.text), (row) => row.description),
  url: field(is.text, (row) => row.url),
  types: field(is.listOf(is.text), (row) => JSON.parse(row.types) as string[]), // a jsonb column
  resource_type: field(is.orNull(is.text), (row) => row.resource_type),
  resource_id: field(is.orNull(is.uuid), (row) => row.resource_id),
  enabled: field(is.boolean, (row) => row.state === 'enabled'),
  state: field(is.word('enabled', 'paused', 'disabled'), (row) => row.state),
  reason: field(is.orNull(is.text), (row) => row.reason),
  cursor: field(is.text, cursorOf),
  failures: field(is.count, (row) => row.failures),
  retry_at: field(is.orNull(is.moment), (row) => time(row.retry_at)),
  former_secret_until: field(is.orNull(is.moment), (row) => time(row.former_until)),
  created_at: field(is.moment, (row) => time(row.created_at)),
  updated_at: field(is.orNull(is.moment), (row) => time(row.updated_at)),
});

/** What became of an event on its way to one subscription. */
export const deliveryView = view<DeliveryRow>({
  id: field(is.uuid, (row) => row.id),
  kind: field(is.word('event', 'redelivery', 'test'), (row) => row.kind),
  event_id: field(is.orNull(is.text), (row) => (row.kind === 'test' ? null : row.sequence)),
  event_type: field(is.text, (row) => row.event_type),
  cursor: field(is.text, cursorOf),
  resource_id: field(is.orNull(is.uuid), (row) => (row.kind === 'test' ? null : row.resource_id)),
  status: field(is.word('waiting', 'delivered', 'failed'), (row) => row.status),
  attempts: field(is.count, (row) => row.attempts),
  first_attempt_at: field(is.orNull(is.moment), (row) => time(row.first_attempt_at)),
  next_attempt_at: field(is.orNull(is.moment), (row) => time(row.next_attempt_at)),
  answered_status: field(is.orNull(is.integer), (row) => row.answered_status),
  answer: field(is.orNull(is.text), (row) => row.answer),
  error: field(is.orNull(is.text), (row) => row.error),
  latency_ms: field(is.orNull(is.count), (row) => row.latency_ms),
  created_at: field(is.moment, (row) => time(row.created_at)),
  updated_at: field(is.moment, (row) => time(row.updated_at)),
});
