// Settling: the one statement that ends an operation. Its state, the resource's, quota, room, event and user message
// change together, and only for the worker that still has the lease. Made from the kind of work and from its machine.
import { type Database, type Statement, sql, type Value } from '../../infra/database/port.ts';
import { messageSeconds } from '../../schema/codes.ts';
import { recordEvent } from '../../schema/events.ts';
import { derivedId } from '../../schema/groups.ts';
import { arrives, falls, isAt, type Machine, removes } from '../../schema/machine.ts';
import { type Kind, machineOf, machines } from '../../schema/operations.ts';
import { countQuota } from '../../schema/quotas.ts';
import type { AnyWork, Effect, Ends } from '../work/work.ts';
import { nextOfResource, type Queued, queuedJson, toQueued } from './queued.ts';

const now = ':now::timestamptz';

export type Status = 'done' | 'failed';

/** Rows of a machine go where a kind of work leaves them; those that are gone are removed. */
const endsOf =
  (kind: Kind, status: Status): Ends =>
  (resource, name, where, more) =>
    change(machines[resource], kind, status, name, where, more);

function change(
  of: Machine,
  kind: Kind,
  status: Status,
  name: string,
  where: string,
  { set, join = '' }: { readonly set?: string | undefined; readonly join?: string | undefined } = {},
): string {
  if (status === 'done' && removes(of, kind)) {
    return `${name} AS (
  DELETE FROM ${of.table} r USING fenced f WHERE ${where} RETURNING r.*
)`;
  }
  // Without anything else to set, rows that the work is not at are let alone.
  const only = set === undefined && name !== 'resource' ? ` AND ${isAt(of, kind)}` : '';
  const status_ = status === 'done' ? arrives(of, kind) : falls(of, kind);
  return `${name} AS (
  UPDATE ${of.table} r SET status = ${status_}, updated_at = ${now}${set === undefined ? '' : `,\n    ${set}`}
  FROM fenced f ${join} WHERE ${where}${only} RETURNING r.*
)`;
}

/** The resource of the operation, as this kind of work leaves it. */
function resourceOf({ kind }: AnyWork, status: Status, effect: Effect): string {
  if (effect.resource !== undefined) return effect.resource;
  const { where = 'r.id = f.resource_id', set, join } = effect;
  return change(machineOf(kind), kind, status, 'resource', where, { set, join });
}

/** The message of the operation's resource, and one for each that has failed with it. */
function toldOf({ message }: AnyWork, { alsoFailed }: Effect): string {
  const whose = message.of === 'resource' ? '(SELECT v.id FROM resource v)' : 'f.resource_id';
  const expires = `${now} + make_interval(secs => ${messageSeconds})`;
  const others =
    alsoFailed === undefined
      ? ''
      : `
  UNION ALL
  SELECT ${derivedId(':message_id::uuid::text', 'x.id::text')}, x.project_id, :request_id::text, x.resource, x.id,
    :action_id::text, :detail_id::text, concat_ws('_', 'VOLUME', x.resource, :action_id::text, :detail_id::text), ${now}, ${expires}
  FROM (${alsoFailed}) x`;
  return `told AS (
  INSERT INTO messages (id, project_id, request_id, resource_type, resource_uuid, action_id, detail_id, event_id,
    created_at, expires_at)
  SELECT :message_id::uuid, f.project_id, :request_id::text, :message_resource::text, ${whose},
    :action_id::text, :detail_id::text, :event_id::text, ${now}, ${expires}
  FROM fenced f${others}
)`;
}

function fencedOf(status: Status, { result }: Effect): string {
  const kept = result === undefined ? '' : `, result = ${result}`;
  return `fenced AS (
  UPDATE operations o SET status = '${status}', secret = NULL, cause = :cause::text, updated_at = ${now},
    explanation = COALESCE(:explanation::jsonb, o.explanation)${kept}
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running'
  RETURNING o.*
)`;
}

/** The statement that ends a kind of work. */
export function settleText(work: AnyWork, status: Status): Statement {
  const { kind, events, message } = work;
  const said = work[status];
  const effect = typeof said === 'function' ? said(endsOf(kind, status)) : said;
  const [type = ''] = kind.split('.');
  const data = status === 'done' ? `'{}'::jsonb` : `jsonb_build_object('cause', :cause::text)`;
  const isTold = status === 'failed' && message.of !== 'nobody';
  const parts = [
    fencedOf(status, effect),
    ...(effect.before ?? []),
    resourceOf(work, status, effect),
    ...(effect.also ?? []),
    ...(effect.deltas === undefined ? [] : [countQuota(effect.deltas)]),
    ...(events === null ? [] : [recordEvent('event', 'resource', `'${events[status]}'`, type, data)]),
    ...(isTold ? [toldOf(work, effect)] : []),
    ...(effect.queues === undefined ? [] : [effect.queues]),
    nextOfResource,
  ];
  const queued = effect.queues === undefined ? queuedJson('next') : queuedJson('queued', 'next');
  const guard = effect.deltas === undefined ? '' : '\nWHERE (SELECT count(*) FROM over_limit) = 0';
  return sql(
    `${kind}.${status}`,
    `WITH ${parts.join(', ')}
SELECT (SELECT count(*) FROM fenced)::int AS fenced, ${queued} AS queued${guard}`,
  );
}

/**
 * Ends an operation, and returns what was queued besides and what has waited for the resource. Null when the lease was
 * lost: then nothing has changed.
 */
export async function settle(
  database: Database,
  statement: Statement,
  parameters: Readonly<Record<string, Value>>,
): Promise<readonly Queued[] | null> {
  const [row] = await database.all<{ fenced: number; queued: string | null }>(statement, parameters);
  return row === undefined || row.fenced === 0 ? null : toQueued(row.queued);
}
