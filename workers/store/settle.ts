// Settling: the one statement that ends an operation. Its state, the resource's, quota, room, event and user message
// change together, and only for the worker that still has the lease. Made from the kind of work and from its machine.
import type { Database } from '../../infra/database/port.ts';
import { messageSeconds } from '../../schema/codes.ts';
import { recordEvent } from '../../schema/events.ts';
import { derivedId } from '../../schema/groups.ts';
import { arrives, falls, isAt, type Machine, removes } from '../../schema/machine.ts';
import { type Kind, machineOf, machines } from '../../schema/operations.ts';
import { type EventResource, hasEvents } from '../../schema/payloads.ts';
import {
  anyReads,
  type CheckedStatement,
  type Fragment,
  fragment,
  type Given,
  mayRefuse,
  type Part,
  statementOf,
} from '../../schema/statement.ts';
import type { AnyWork, Effect, Ends } from '../work/work.ts';
import { nextOfResource, type Queued, queuedJson, toQueued } from './queued.ts';

const now = ':now::timestamptz';

export type Status = 'done' | 'failed';

/** Moves rows of a machine to the state that a kind of work gives them; removes those that are gone. */
const endsOf =
  (kind: Kind, status: Status, others: Fragment[]): Ends =>
  (resource, name, where, more) => {
    if (name !== 'resource' && hasEvents(resource)) {
      others.push(recordEvent(`${name}_told`, name, `'${eventOf(kind, resource, status)}'`, resource));
    }
    return change(machines[resource], kind, status, name, where, more);
  };

/** The name of a kind's move on another resource, when it differs from that on its own. */
const otherwise: Readonly<Record<string, string>> = { 'backup.create': 'backup', 'volume.create backup': 'restore' };

/**
 * The event of a resource that ends together with the operation's own: `volume.delete.end` of each member of a group.
 */
function eventOf(kind: Kind, resource: EventResource, status: Status): `${string}.${string}` {
  const [, own = ''] = kind.split('.');
  const move = otherwise[kind] ?? otherwise[`${kind} ${resource}`] ?? own;
  return `${resource}.${move}.${status === 'done' ? 'end' : 'error'}`;
}

function change(
  of: Machine,
  kind: Kind,
  status: Status,
  name: string,
  where: string,
  { set, join = '' }: { readonly set?: string | undefined; readonly join?: string | undefined } = {},
): Fragment {
  if (status === 'done' && removes(of, kind)) {
    return fragment(name, `DELETE FROM ${of.table} r USING fenced f WHERE ${where} RETURNING r.*`);
  }
  // Without anything else to set, rows that are not busy are left alone.
  const only = set === undefined && name !== 'resource' ? ` AND ${isAt(of, kind)}` : '';
  const status_ = status === 'done' ? arrives(of, kind) : falls(of, kind);
  return fragment(
    name,
    `UPDATE ${of.table} r SET status = ${status_}, updated_at = ${now}${set === undefined ? '' : `,\n    ${set}`}
  FROM fenced f ${join} WHERE ${where}${only} RETURNING r.*`,
  );
}

/** The resource of the operation, in the state that this kind of work gives it. */
function resourceOf({ kind }: AnyWork, status: Status, effect: Effect): Part {
  if (effect.resource !== undefined) return effect.resource;
  const { where = 'r.id = f.resource_id', set, join } = effect;
  return change(machineOf(kind), kind, status, 'resource', where, { set, join });
}

/** The message about the operation's resource, and one for each that failed with it. */
function toldOf({ message }: AnyWork, { alsoFailed }: Effect): Fragment {
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
  return fragment(
    'user_message',
    `INSERT INTO messages (id, project_id, request_id, resource_type, resource_uuid, action_id, detail_id, event_id,
    created_at, expires_at)
  SELECT :message_id::uuid, f.project_id, :request_id::text, :message_resource::text, ${whose},
    :action_id::text, :detail_id::text, :event_id::text, ${now}, ${expires}
  FROM fenced f${others}`,
  );
}

function fencedOf(status: Status, { result }: Effect): Fragment {
  const kept = result === undefined ? '' : `, result = ${result}`;
  return fragment(
    'fenced',
    `UPDATE operations o SET status = '${status}', secret = NULL, cause = :cause::text, updated_at = ${now},
    explanation = COALESCE(:explanation::jsonb, o.explanation)${kept}
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running'
  RETURNING o.*`,
  );
}

/** What the end of any work writes. */
const always = `:id::uuid, :attempt::int, :now::timestamptz, :request_id::text, :undo_id::uuid, :tells_servers::boolean,
  :cause::text, :explanation::jsonb`;
/** What else is written when work is done, or has failed. */
const more = {
  done: ':location::text, :facts::jsonb',
  failed: `:is_busy::boolean, :message_id::uuid, :message_resource::text, :action_id::text, :detail_id::text,
  :event_id::text`,
} as const;

/** The statement that ends a kind of work. */
export function settleText<const S extends Status>(work: AnyWork, status: S) {
  const { kind, events, message } = work;
  const others: Fragment[] = [];
  const declared: Effect | ((ends: Ends) => Effect) = work[status];
  const effect = typeof declared === 'function' ? declared(endsOf(kind, status, others)) : declared;
  const [type = ''] = kind.split('.');
  const cause = status === 'done' ? '' : `jsonb_build_object('cause', left(:cause::text, 2000))`;
  const tellsUser = status === 'failed' && message.of !== 'nobody';
  const after: readonly Part[] = [
    effect.also ?? [],
    effect.counts ?? [],
    events === null ? [] : recordEvent('event', 'resource', `'${events[status]}'`, type as EventResource, cause),
    others,
    tellsUser ? toldOf(work, effect) : [],
    effect.queues ?? [],
    nextOfResource,
  ];
  const resource = resourceOf(work, status, effect);
  // A CTE that only names the resource is left out when nothing reads it.
  const isIdle = 'writes' in resource && !resource.writes && !anyReads(after, 'resource');
  const parts = [fencedOf(status, effect), effect.before ?? [], isIdle ? [] : resource, after];
  const queued = effect.queues === undefined ? queuedJson('next') : queuedJson('queued', 'next');
  const guard =
    effect.counts === undefined || !mayRefuse([effect.counts]) ? '' : '\nWHERE (SELECT count(*) FROM over_limit) = 0';
  return statementOf(
    `${kind}.${status}`,
    parts,
    `SELECT (SELECT count(*) FROM fenced)::int AS fenced, ${queued} AS queued${guard}`,
    always,
    more[status],
  );
}

/**
 * Ends an operation, and returns what else was queued and what waited for the resource. Null when the lease was lost:
 * then nothing has changed.
 */
export async function settle<P>(
  database: Database,
  statement: CheckedStatement<P>,
  ...parameters: Given<P>
): Promise<readonly Queued[] | null> {
  const [row] = await statement.all<{ fenced: number; queued: string | null }>(database, ...parameters);
  return row === undefined || row.fenced === 0 ? null : toQueued(row.queued);
}
