// The operation: one row for each piece of work that a worker has to do, written in the statement that moves
// the resource into its busy state.
import { backupMachine } from './backups.ts';
import { groupMachine, groupSnapshotMachine } from './groups.ts';
import type { Machine, Move } from './machine.ts';
import { serverMachine, serviceMachine } from './servers.ts';
import { snapshotScheduleMachine } from './snapshot-schedules.ts';
import { snapshotMachine } from './snapshots.ts';
import { type Fragment, fragmentOf, type Literal, type ParametersIn } from './statement.ts';
import { volumeMachine } from './volumes.ts';

/** Every machine, by its resource. */
export const machines = {
  volume: volumeMachine,
  snapshot: snapshotMachine,
  backup: backupMachine,
  group: groupMachine,
  group_snapshot: groupSnapshotMachine,
  service: serviceMachine,
  server: serverMachine,
  snapshot_schedule: snapshotScheduleMachine,
} as const;

/** A kind of work, as the moves of the machines name it: a resource and a verb. */
export type Kind = (typeof machines)[keyof typeof machines]['kinds'][number];

const moves = Object.values<Machine<string, string, Kind>>(machines).flatMap(({ moves }) => Object.values<Move>(moves));
export const kinds: readonly Kind[] = [
  ...new Set(Object.values<Machine<string, string, Kind>>(machines).flatMap((one) => one.kinds)),
];

/** The machine of the resource that a kind of work is about. */
export function machineOf(kind: Kind): Machine {
  const [resource = ''] = kind.split('.');
  const found = Object.entries<Machine>(machines).find(([name]) => name === resource);
  if (found === undefined) throw new Error(`${kind} is about nothing that has a machine`);
  return found[1];
}

/**
 * `long` is work that copies bytes. It has workers of its own, so that it does not delay work that somebody waits
 * for.
 */
export type Lane = 'quick' | 'long';

/** The lane of each kind of work; of a creation see laneOf(). */
export const lanes = Object.fromEntries(
  kinds.map((kind) => [kind, moves.some(({ work, lane }) => work === kind && lane === 'long') ? 'long' : 'quick']),
) as Readonly<Record<Kind, Lane>>; // every kind is in `kinds`

/** A new volume that is filled from one of these arguments is a copy, and therefore long work. */
const filledFrom = ['image', 'backup_id'];

/** The lane of an operation by its kind and arguments. */
export function laneOf(kind: Kind, given: Readonly<Record<string, unknown>>): Lane {
  return kind === 'volume.create' && filledFrom.some((name) => given[name] != null) ? 'long' : lanes[kind];
}

/** laneOf() as an SQL expression over `kind` and `given` (jsonb). */
export function laneSql(kind: string, given: string): string {
  const long = kinds.filter((one) => lanes[one] === 'long').map((one) => `'${one}'`);
  const filled = filledFrom.map((name) => `${given} ->> '${name}' IS NOT NULL`).join(' OR ');
  return `CASE WHEN ${kind} IN (${long.join(', ')}) OR (${kind} = 'volume.create' AND (${filled}))
    THEN 'long' ELSE 'quick' END`;
}

/** The queue of the schedulers. */
export const schedulerQueue = 'scheduler';

/** The queue of one lane of a back end, by its `host@backend`. */
export function backendQueue(backend: string, lane: Lane = 'quick'): string {
  return `volume:${backend}${suffixes[lane]}`;
}

/** The name of a host or a back end must not contain "/". */
const suffixes: Readonly<Record<Lane, string>> = { quick: '', long: '/long' };

/** The quick queue of the back end that `queue` (SQL) belongs to. */
export const quickQueueOf = (queue: string) => `split_part(${queue}, '/', 1)`;

/** `queue` (SQL of a quick one), changed to the lane of the operation of `:kind` with the arguments `given` (SQL). */
const inLane = (queue: string, given: string) =>
  `${queue} || CASE ${laneSql(':kind::text', `(${given})`)} WHEN 'long' THEN '${suffixes.long}' ELSE '${suffixes.quick}' END`;

/** The SQL text of the quick queue of a resource that lives on `host` (an SQL expression of host@backend#pool). */
export function backendQueueOf(host: string): string {
  return `'volume:' || split_part(${host}, '#', 1)`;
}

/** The kinds whose work may be cancelled while nothing of it is done: their resource has a fail edge to take. */
export const cancellable: readonly Kind[] = kinds.filter((kind) =>
  moves.some(({ work, fail }) => work === kind && fail !== undefined),
);

/** Whether nobody has touched anything for a queued operation `r` yet, by SQL: at most it was given a place. */
export const isUntouched = `(r.attempt = 0 OR r.tries = 0 AND r.step IN ('schedule', 'create'))` as const;

/** How often a step is tried before the resource takes its fail edge. */
export const maxAttempts = 5;

// While an operation is queued, `lease_until` is the time from which it may be taken: the statement that queues it
// writes `:now`, and its caller sends the message.

/** The message of a queued operation that nobody has claimed is sent again after this many seconds. */
export const resendSeconds = 30;

/** `lease_until` (SQL) of an operation whose message nobody has sent: the sweeper sends it in its next round. */
export const dueUnsent = `:now::timestamptz - make_interval(secs => ${resendSeconds + 1})` as const;

/** How many tries an operation remembers. */
const mostTries = 10;

/**
 * `tried` (SQL over `operations o` before the change) with one more try that did not end the operation. `cause` is
 * SQL. Parameter: `:now`.
 */
export const triedOnce = <const Cause extends string>(cause: Cause) =>
  `(CASE WHEN jsonb_array_length(o.tried) >= ${mostTries} THEN o.tried - 0 ELSE o.tried END) || jsonb_build_object(
      'at', :now::timestamptz, 'attempt', o.attempt, 'cause', left(${cause}, 500))` as const;

/** The columns of a new operation, each an SQL expression over what it is selected from. */
interface NewRow {
  readonly id: string;
  readonly kind: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly queue: string;
  readonly step: string;
  readonly lease_until: string;
  readonly deadline: string;
  readonly arguments?: string;
  readonly request_id?: string;
  readonly trace?: string;
  readonly secret?: string;
  readonly reads?: string;
}

/** The INSERT of every operation. Parameter, besides those of the columns: `:now`. */
export function insertOperation(row: NewRow, from: string): string {
  const columns = { ...row, created_at: ':now::timestamptz', updated_at: ':now::timestamptz' };
  return `INSERT INTO operations (${Object.keys(columns).join(', ')})
  SELECT ${Object.values(columns).join(', ')}
  FROM ${from}`;
}

/** The parameters of queueOperation(), whatever it queues: see operationParameters(). */
const always =
  ':kind::text, :actor_id::text, :step::text, :within_seconds::int, :request_id::text, :trace::text, :secret::text, :now::timestamptz';

/**
 * A CTE named `operation` that queues work for each row of `resource`, a CTE or table with the columns id, project_id
 * and host. These are SQL expressions over the alias `r`: `queue`, that of the scheduler or the quick one of a back
 * end (long work goes to the long one); `id`, needed when there are several rows; `given`, the arguments; and
 * `reads`, what the work copies from, which nobody may remove or change before the work has ended (see copies.ts).
 */
export function queueOperation<
  const Id extends string = ':operation_id::uuid',
  const Given extends string = ':arguments::jsonb',
  const Reads extends string = 'NULL::uuid',
>(
  resource: string,
  queue: string,
  more: { readonly id?: Literal<Id>; readonly given?: Literal<Given>; readonly reads?: Literal<Reads> } = {},
): Fragment<ParametersIn<typeof always> & ParametersIn<Id> & ParametersIn<Given> & ParametersIn<Reads>> {
  const isScheduled = queue === `'${schedulerQueue}'`;
  const {
    id = ':operation_id::uuid',
    given = ':arguments::jsonb',
    reads = 'NULL::uuid',
  }: Partial<Record<keyof typeof more, string>> = more;
  const parameters: readonly string[] = [always, id, given, reads];
  return fragmentOf(
    'operation',
    `${insertOperation(
      {
        id,
        kind: ':kind::text',
        resource_type: `split_part(:kind::text, '.', 1)`,
        resource_id: 'r.id',
        project_id: 'r.project_id',
        user_id: ':actor_id::text',
        queue: isScheduled ? queue : inLane(queue, given),
        step: ':step::text',
        lease_until: ':now::timestamptz',
        deadline: ':now::timestamptz + make_interval(secs => :within_seconds::int)',
        arguments: given,
        request_id: ':request_id::text',
        trace: ':trace::text',
        secret: ':secret::text',
        reads,
      },
      `${resource} r`,
    )}
  RETURNING id::text AS operation_id, queue`,
    ...parameters,
  );
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
  /** Encrypted for the purpose `operation:<id>`: what only the worker may read. */
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
