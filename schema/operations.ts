// The operation: one row for each piece of work that a worker has to do, written in the statement that moves
// the resource into its busy state.

/** Kinds of work: a resource and a move of its machine. A `server` is not ours: it is told something. */
export const kinds = [
  'volume.create',
  'volume.delete',
  'volume.manage',
  'volume.unmanage',
  'volume.extend',
  'volume.connect',
  'volume.disconnect',
  'volume.revert',
  'volume.retype',
  'volume.migrate',
  'volume.upload',
  'volume.reimage',
  'snapshot.create',
  'group.delete',
  'group_snapshot.create',
  'group_snapshot.delete',
  'snapshot.delete',
  'snapshot.manage',
  'snapshot.unmanage',
  'service.list_manageable',
  'service.failover',
  'group.enable_replication',
  'group.disable_replication',
  'group.failover_replication',
  'backup.create',
  'backup.delete',
  'backup.restore',
  'server.volume_extended',
  'server.volume_reimaged',
  'server.swap_volume',
] as const;
export type Kind = (typeof kinds)[number];

/** The queue of the schedulers. */
export const schedulerQueue = 'scheduler';

/** The queue of a back end, by its `host@backend`. */
export function backendQueue(backend: string): string {
  return `volume:${backend}`;
}

/** The SQL text of the queue of a resource that lives on `host` (an SQL expression of host@backend#pool). */
export function backendQueueOf(host: string): string {
  return `'volume:' || split_part(${host}, '#', 1)`;
}

/** How many times a step is tried before the fail edge is taken. */
export const maxAttempts = 5;

/** A queued operation that nobody has claimed is sent again after so many seconds. */
export const resendSeconds = 30;

/**
 * A CTE named `operation` that queues work for each row of `resource`, a CTE or table with the columns id,
 * project_id and host. Parameters: those of operationParameters(). `queue` is an SQL expression over the alias `r`, and
 * so are `id` where there are several rows, and `given`, the arguments.
 */
export function queueOperation(
  resource: string,
  queue: string,
  id = ':operation_id::uuid',
  given = ':arguments::jsonb',
): string {
  return `operation AS (
  INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, lease_until, deadline,
    arguments, request_id, trace, secret, created_at, updated_at)
  SELECT ${id}, :kind::text, split_part(:kind::text, '.', 1), r.id, r.project_id, :actor_id::text,
    ${queue}, :step::text, :now::timestamptz + make_interval(secs => ${resendSeconds}),
    :now::timestamptz + make_interval(secs => :within_seconds::int), ${given}, :request_id::text, :trace::text,
    :secret::text, :now::timestamptz, :now::timestamptz
  FROM ${resource} r
  RETURNING id::text AS operation_id, queue
)`;
}

/** What queueOperation() needs to know. */
export interface NewOperation {
  readonly id: string;
  readonly kind: Kind;
  readonly step: string;
  readonly actorId: string;
  readonly withinSeconds: number;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  readonly trace: string | null;
  /** Sealed for `operation:<id>`: what the worker needs and nobody else may read. */
  readonly secret?: string | null;
}

export function operationParameters(operation: NewOperation) {
  return {
    operation_id: operation.id,
    kind: operation.kind,
    step: operation.step,
    actor_id: operation.actorId,
    within_seconds: operation.withinSeconds,
    arguments: JSON.stringify(operation.arguments),
    request_id: operation.requestId,
    trace: operation.trace,
    secret: operation.secret ?? null,
  };
}
