// The SQL of subscriptions as their owners know them. Whatever changes what is delivered takes the subscription out of
// the hands of its dispatcher: the fence goes up, and it is claimed again as it is then.
import type { Database } from '../../../infra/database/port.ts';
import { utc } from '../../../schema/expressions.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import {
  type Delivery,
  formerSecretSeconds,
  mostSubscriptions,
  type SubscriptionState,
  testType,
} from '../../../schema/subscriptions.ts';
import type { ListQuery } from '../../http/list.ts';
import { type Page, readPage } from '../../http/pagination.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';
import { deliveryList, subscriptionList } from './query.ts';

export interface SubscriptionRow {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly all_projects: boolean;
  readonly description: string | null;
  readonly url: string;
  readonly types: string;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  readonly state: SubscriptionState;
  readonly reason: string | null;
  readonly transaction: string;
  readonly sequence: string;
  readonly failures: number;
  readonly retry_at: string | null;
  readonly former_until: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
}

const columns =
  `r.id::text AS id, r.project_id, r.user_id, r.all_projects, r.description, r.url, r.types::text AS types,
  r.resource_type, r.resource_id::text AS resource_id, r.state, r.reason, r.transaction::text AS transaction,
  r.sequence::text AS sequence, r.failures, ${utc('r.retry_at')} AS retry_at, ${utc('r.former_until')} AS former_until,
  ${utc('r.created_at')} AS created_at, ${utc('r.updated_at')} AS updated_at` as const;

/** One of all projects is its admin's, although it stands in a project: a member who changed its URL would get all. */
const visible = '(:scope::text IS NULL OR r.project_id = :scope::text AND NOT r.all_projects)';
const mine = `r.id = :id::uuid AND ${visible}` as const;
/** Takes it from its dispatcher. */
const changes = 'fence = r.fence + 1, dispatcher = NULL';

const showText = statement('subscriptions.show', `SELECT ${columns} FROM subscriptions r WHERE ${mine}`);

/** The subscription, or null when it is not within the scope. */
export async function findSubscription(database: Database, scope: Scope, id: string): Promise<SubscriptionRow | null> {
  const [row] = await showText.all<SubscriptionRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

export function listSubscriptions(database: Database, query: ListQuery, scope: Scope): Promise<Page<SubscriptionRow>> {
  const where = scope.projectId === null ? {} : { where: 'NOT r.all_projects' };
  const source = { name: 'subscriptions.list', columns, from: 'subscriptions r', ...where };
  return readPage(database, source, subscriptionList, query, scope);
}

// Without a cursor it begins with the transactions that are open now.
const createText = statement(
  'subscriptions.create',
  [
    fragment(
      'created',
      `INSERT INTO subscriptions (id, project_id, user_id, all_projects, description, url, types, resource_type,
    resource_id, secret, transaction, sequence, created_at)
  SELECT :id::uuid, :project::text, :user::text, :all_projects::boolean, :description::text, :url::text, :types::jsonb,
    :resource_type::text, :resource_id::uuid, :secret::text,
    COALESCE(:transaction::text::bigint, pg_snapshot_xmin(pg_current_snapshot())::text::bigint),
    COALESCE(:sequence::text::bigint, 0), :now::timestamptz
  WHERE (SELECT count(*) FROM subscriptions c WHERE c.project_id = :project::text) < ${mostSubscriptions}
    AND COALESCE(:transaction::text::bigint, 0) <= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
  RETURNING *`,
    ),
  ],
  `SELECT ${columns} FROM created r`,
);

/** Null when the project has as many as it may, or the cursor is one that no transaction has reached. */
export async function insertSubscription(
  database: Database,
  parameters: ParametersOf<typeof createText>,
): Promise<SubscriptionRow | null> {
  const [row] = await createText.all<SubscriptionRow>(database, parameters);
  return row ?? null;
}

// What waits is tried at once and for a day again, by a receiver that has been mended or is another one.
const updateText = statement(
  'subscriptions.update',
  [
    fragment(
      'updated',
      `UPDATE subscriptions r SET url = COALESCE(:url::text, r.url), types = COALESCE(:types::jsonb, r.types),
    resource_type = CASE WHEN :sets_resource_type::boolean THEN :resource_type::text ELSE r.resource_type END,
    resource_id = CASE WHEN :sets_resource_id::boolean THEN :resource_id::uuid ELSE r.resource_id END,
    description = CASE WHEN :sets_description::boolean THEN :description::text ELSE r.description END,
    state = CASE WHEN :enabled::boolean IS NULL THEN r.state WHEN :enabled::boolean THEN 'enabled' ELSE 'disabled' END,
    reason = CASE WHEN :enabled::boolean IS NULL THEN r.reason END,
    failures = CASE WHEN :begins_anew::boolean THEN 0 ELSE r.failures END,
    retry_at = CASE WHEN :begins_anew::boolean THEN NULL ELSE r.retry_at END,
    updated_at = :now::timestamptz, ${changes}
  WHERE ${mine} RETURNING r.*`,
    ),
    fragment(
      'due',
      `UPDATE deliveries d SET attempts = 0, first_attempt_at = NULL, next_attempt_at = :now::timestamptz
  FROM updated u WHERE d.subscription_id = u.id AND d.status = 'waiting' AND :begins_anew::boolean`,
    ),
  ],
  `SELECT ${columns} FROM updated r`,
);

/** Null when it is not within the scope. */
export async function updateSubscription(
  database: Database,
  parameters: ParametersOf<typeof updateText>,
): Promise<SubscriptionRow | null> {
  const [row] = await updateText.all<SubscriptionRow>(database, parameters);
  return row ?? null;
}

const deleteText = statement(
  'subscriptions.delete',
  [
    fragment('gone', `DELETE FROM subscriptions r WHERE ${mine} RETURNING r.id`),
    fragment(
      'waiting',
      `DELETE FROM deliveries d USING gone g WHERE d.subscription_id = g.id AND d.status = 'waiting'`,
    ),
  ],
  'SELECT g.id::text AS id FROM gone g',
);

/** False when it is not within the scope. What became of its deliveries is removed with their age. */
export async function deleteSubscription(database: Database, scope: Scope, id: string): Promise<boolean> {
  return (await deleteText.all(database, { id, ...scopeParameter(scope) })).length > 0;
}

const rotateText = statement(
  'subscriptions.rotate-secret',
  [
    fragment(
      'rotated',
      `UPDATE subscriptions r SET former_secret = r.secret, secret = :secret::text,
    former_until = :now::timestamptz + make_interval(secs => ${formerSecretSeconds}), updated_at = :now::timestamptz,
    ${changes}
  WHERE ${mine} RETURNING r.*`,
    ),
  ],
  `SELECT ${columns} FROM rotated r`,
);

/** Null when it is not within the scope. */
export async function rotateSecret(
  database: Database,
  parameters: ParametersOf<typeof rotateText>,
): Promise<SubscriptionRow | null> {
  const [row] = await rotateText.all<SubscriptionRow>(database, parameters);
  return row ?? null;
}

const testText = statement(
  'subscriptions.test',
  [
    fragment(
      'tested',
      `UPDATE subscriptions r SET ${changes} WHERE ${mine} AND r.state = 'enabled' RETURNING r.id, r.project_id`,
    ),
  ],
  `INSERT INTO deliveries (id, subscription_id, project_id, kind, transaction, sequence, event_type, resource_id, status,
  next_attempt_at, created_at, updated_at)
SELECT :delivery::uuid, t.id, t.project_id, 'test', 0, 0, '${testType}', :delivery::uuid, 'waiting', :now::timestamptz,
  :now::timestamptz, :now::timestamptz
FROM tested t RETURNING id::text AS id`,
);

/** False when it is not within the scope or not enabled. */
export async function queueTest(database: Database, parameters: ParametersOf<typeof testText>): Promise<boolean> {
  return (await testText.all(database, parameters)).length > 0;
}

export interface DeliveryRow extends Delivery {
  readonly created_at: string;
  readonly updated_at: string;
}

const deliveryColumns = `r.id::text AS id, r.kind, r.transaction::text AS transaction, r.sequence::text AS sequence,
  r.event_type, r.resource_id::text AS resource_id, r.status, r.attempts, ${utc('r.first_attempt_at')} AS first_attempt_at,
  ${utc('r.next_attempt_at')} AS next_attempt_at, r.answered_status, r.answer, r.error, r.latency_ms,
  ${utc('r.created_at')} AS created_at, ${utc('r.updated_at')} AS updated_at`;

const isOfProject = `EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = r.subscription_id AND NOT s.all_projects)`;

/** Of a subscription that is within the scope; none of another. */
export function listDeliveries(
  database: Database,
  query: ListQuery,
  scope: Scope,
  subscription: string,
): Promise<Page<DeliveryRow>> {
  const source = {
    ...{ name: 'deliveries.list', columns: deliveryColumns, from: 'deliveries r' },
    where: `r.subscription_id = :subscription::uuid${scope.projectId === null ? '' : ` AND ${isOfProject}`}`,
    parameters: { subscription },
  };
  return readPage(database, source, deliveryList, query, scope);
}
