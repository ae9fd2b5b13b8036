// Work that a worker's statement queues in addition.
import { insertOperation, type Kind } from '../../schema/operations.ts';
import { fragment, fragmentOf, type Literal } from '../../schema/statement.ts';

const now = ':now::timestamptz';

interface Queueing<Id extends string, Resource extends string, Given extends string, Where extends string> {
  /** Each is SQL over the tables of `from`. */
  readonly id: Literal<Id>;
  readonly kind: Kind;
  readonly resource: Literal<Resource>;
  readonly queue: string;
  readonly given: Literal<Given>;
  readonly step: string;
  readonly withinSeconds: number;
  /** What is joined to `fenced f`, the preceding operation, whose project, user and request it inherits. */
  readonly from: string;
  readonly where?: Literal<Where>;
}

/** The CTE `queued`: one operation for each row of what `from` joins to `fenced f`. */
export function queueAfter<
  const Id extends string,
  const Resource extends string,
  const Given extends string,
  const Where extends string = 'TRUE',
>(one: Queueing<Id, Resource, Given, Where>) {
  const [type = ''] = one.kind.split('.');
  return fragmentOf(
    'queued',
    `${insertOperation(
      {
        id: one.id,
        kind: `'${one.kind}'`,
        resource_type: `'${type}'`,
        resource_id: one.resource,
        project_id: 'f.project_id',
        user_id: 'f.user_id',
        queue: one.queue,
        step: `'${one.step}'`,
        lease_until: now,
        deadline: `${now} + make_interval(secs => ${one.withinSeconds})`,
        arguments: one.given,
        request_id: 'f.request_id',
        trace: 'f.trace',
      },
      `fenced f, ${one.from}${one.where === undefined ? '' : ` WHERE ${one.where}`}`,
    )}
  RETURNING id, kind, queue, attempt, project_id`,
    now,
    one.id,
    one.resource,
    one.given,
    one.where ?? 'TRUE',
  );
}

/**
 * The CTE `queued`: the operation `w`, which waits for a request, continues with a step and more arguments (JSON).
 * `from` finds it.
 */
export const resumeWaiting = (step: string, given: string, from: string, where: string) =>
  fragment(
    'queued',
    `UPDATE operations w SET step = '${step}', tries = 0, lease_until = ${now},
    updated_at = ${now}, arguments = w.arguments || '${given}'
  FROM ${from} WHERE w.status = 'queued' AND w.step = 'completion' AND ${where}
  RETURNING w.id, w.kind, w.queue, w.attempt, w.project_id`,
  );

/**
 * The CTE `next`: the operation that has waited longest for the resource of `fenced (id, resource_id)`, which is free
 * from now on. So nobody needs to poll for it.
 */
export const nextOfResource = fragment(
  'next',
  `SELECT w.id, w.kind, w.queue, w.attempt, w.project_id FROM operations w, fenced f
  WHERE w.resource_id = f.resource_id AND w.id <> f.id AND w.status = 'queued' AND w.lease_until <= ${now}
  ORDER BY w.created_at, w.id LIMIT 1`,
);

/** Selects what toQueued() reads, from CTEs as queueAfter() and nextOfResource make them. */
export const queuedJson = (...from: readonly ('queued' | 'next')[]) => `(SELECT json_agg(json_build_object('id', q.id,
    'kind', q.kind, 'queue', q.queue, 'attempt', q.attempt, 'project', q.project_id))::text
  FROM (${from.map((one) => `SELECT id, kind, queue, attempt, project_id FROM ${one}`).join(' UNION ALL ')}) q)`;

export interface Queued {
  readonly id: string;
  readonly kind: string;
  readonly queue: string;
  readonly attempt: number;
  readonly project: string;
}

export const toQueued = (text: string | null): readonly Queued[] =>
  text === null ? [] : (JSON.parse(text) as Queued[]); // queuedJson builds it
