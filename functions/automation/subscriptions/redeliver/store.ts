// The SQL of redelivery: events that a subscription has had come again, each as a row that waits.
import type { Database } from '../../../../infra/database/port.ts';
import { positionOrder } from '../../../../schema/events.ts';
import { everyProject } from '../../../../schema/every-project.ts';
import { derivedId } from '../../../../schema/groups.ts';
import { fragment, type ParametersOf, statement } from '../../../../schema/statement.ts';
import { asksForSql, mostRedeliveries } from '../../../../schema/subscriptions.ts';

const subscription = fragment(
  'subscription',
  `SELECT s.* FROM subscriptions s WHERE s.id = :id::uuid
    AND (:scope::text IS NULL OR s.project_id = :scope::text AND NOT s.all_projects)`,
);

/** Of what it has come past: what lies ahead will come anyway. */
const had = `(e.transaction, e.sequence) <= (s.transaction, s.sequence) AND ${asksForSql}` as const;
const columns = 'e.transaction, e.sequence, e.type, e.resource_id, s.id AS subscription_id, s.project_id';
const ofAll = everyProject('e.project_id');

const one = fragment(
  'chosen',
  `SELECT ${columns} FROM subscription s JOIN events e ON e.sequence = :sequence::text::bigint AND ${had}`,
);

const range = fragment(
  'chosen',
  `SELECT ${columns} FROM subscription s JOIN events e ON ${ofAll} AND ${had}
    AND (e.transaction, e.sequence) > (:after_transaction::text::bigint, :after_sequence::text::bigint)
    AND (e.transaction, e.sequence) <= (:until_transaction::text::bigint, :until_sequence::text::bigint)
  ORDER BY ${positionOrder} LIMIT ${mostRedeliveries + 1}`,
);

const queued = [
  fragment('counted', 'SELECT count(*)::int AS count FROM chosen c'),
  fragment(
    'changed',
    `UPDATE subscriptions r SET fence = r.fence + 1, dispatcher = NULL
  FROM subscription s, counted n WHERE r.id = s.id AND n.count BETWEEN 1 AND ${mostRedeliveries} RETURNING r.id`,
  ),
  fragment(
    'written',
    `INSERT INTO deliveries (id, subscription_id, project_id, kind, transaction, sequence, event_type, resource_id,
    status, next_attempt_at, created_at, updated_at)
  SELECT ${derivedId(':redelivery::uuid::text', 'c.sequence::text')}, c.subscription_id, c.project_id, 'redelivery',
    c.transaction, c.sequence, c.type, c.resource_id, 'waiting', :now::timestamptz, :now::timestamptz, :now::timestamptz
  FROM chosen c JOIN changed x ON x.id = c.subscription_id
  ON CONFLICT (subscription_id, transaction, sequence, resource_id) WHERE status = 'waiting' DO NOTHING`,
  ),
] as const;

const oneText = statement('deliveries.again', [subscription, one, queued], 'SELECT n.count FROM counted n');
const rangeText = statement('deliveries.again-range', [subscription, range, queued], 'SELECT n.count FROM counted n');

/** How many events come again: more than `mostRedeliveries` are none, and nothing is written. */
export async function redeliverOne(database: Database, parameters: ParametersOf<typeof oneText>): Promise<number> {
  const [row] = await oneText.all<{ readonly count: number }>(database, parameters);
  return row?.count ?? 0;
}

export async function redeliverRange(database: Database, parameters: ParametersOf<typeof rangeText>): Promise<number> {
  const [row] = await rangeText.all<{ readonly count: number }>(database, parameters);
  return row?.count ?? 0;
}
