// The attachment: its row, and how its changes move the volume. The volume's row holds a map of its attachments (id
// -> Entry), so that a single row lock orders all changes and each guard reads the latest state.
import { beginning, guard } from './machine.ts';
import { dueUnsent, insertOperation } from './operations.ts';
import { fragment, fragmentOf, type Literal } from './statement.ts';
import { volumeMachine } from './volumes.ts';

/** An attachment's row as statements return it: times as text in UTC, JSON as text. */
export interface AttachmentRow {
  readonly id: string;
  readonly volume_id: string;
  readonly project_id: string;
  readonly instance_uuid: string | null;
  readonly attach_status: string;
  readonly attach_mode: string | null;
  /** How to reach the volume, encrypted because it may hold passwords. A JSON string; older rows have an object. */
  readonly connection_info: string | null;
  readonly attached_at: string | null;
  readonly detached_at: string | null;
}

/** The purpose for which a connection is encrypted: the attachment, or the operation of a request without one. */
export const connectionPurpose = (id: string) => `connection:${id}`;

/** What the volume's row says about an attachment. */
export interface Entry {
  readonly status: string;
  /** The host of its connector. */
  readonly host: string | null;
  /** Identifies an equal connector; absent when there was none, and in older entries. */
  readonly connector?: string | null;
  readonly instance: string | null;
  /** Whether a back end was ever asked to connect it: then its removal must ask it too. */
  readonly connects: boolean;
  /** The operation that it waits for. */
  readonly operation: string | null;
}

/**
 * How long a connection may take before it is undone: longer than a request waits, so that both agree on the outcome.
 */
export const connectMarginSeconds = 5;
/** A removal continues after its request has given up. */
export const disconnectSeconds = 600;
/** Undoing a connection that may exist although no client was told about it. */
const undoSeconds = 3600;

/** Statuses that belong to other work: what the attachments imply is applied when that work has ended. */
const others = [
  ...Object.entries(volumeMachine.states).flatMap(([name, kind]) =>
    kind === 'busy' && name !== 'attaching' && name !== 'detaching' ? [name] : [],
  ),
  'maintenance',
  'awaiting-transfer',
];
const isHeld = `(r.status IN (${others.map((one) => `'${one}'`).join(', ')}) OR ${volumeMachine.obstacles.migrating?.sql})`;

/**
 * The SET clause over `volumes r` that sets its map to `states` (SQL), and everything that follows from it. `mode`
 * (SQL) is stored as the mode of the attachment while there is one.
 */
export function attachmentsBecome<const States extends string, const Mode extends string = ''>(
  states: States,
  mode: Mode | null = null,
) {
  const says: string = `attachments_say(${states})`;
  const noted = mode === null ? '' : (` || jsonb_build_object('attached_mode', ${mode})` as const);
  return `attachment_states = ${states},
    status = CASE WHEN ${isHeld} THEN r.status ELSE ${says} END,
    previous_status = CASE WHEN ${isHeld} THEN ${says} ELSE r.previous_status END,
    attach_status = CASE ${says} WHEN 'in-use' THEN 'attached' WHEN 'attaching' THEN 'attaching'
      WHEN 'detaching' THEN 'detaching' ELSE 'detached' END,
    admin_metadata = CASE ${says} WHEN 'in-use' THEN r.admin_metadata${noted} ELSE r.admin_metadata - 'attached_mode' END,
    updated_at = :now::timestamptz` as const;
}

/** A field of the entry of `id` (SQL text) in the map of `volumes r`. */
export const entryField = <const Id extends string>(id: Id, field: keyof Entry) =>
  `(r.attachment_states -> ${id} ->> '${field as string}')` as const;

/** The map with changed fields in the entry of `id`: `changes` are the arguments of jsonb_build_object. */
export const withEntry = <const Id extends string, const Changes extends string>(id: Id, changes: Changes) =>
  `r.attachment_states || jsonb_build_object(${id}, COALESCE(r.attachment_states -> ${id}, '{}') || jsonb_build_object(${changes}))` as const;

/** The CTEs `gone` and `marked`: change the attachment's row as its entry in the CTE `moved` has changed. */
export function rowFollows<const Id extends string>(id: Literal<Id>) {
  return [
    fragmentOf(
      'gone',
      `DELETE FROM attachments a USING moved m WHERE a.id = ${id} AND m.attachment_states -> a.id::text IS NULL
  RETURNING a.id`,
      id,
    ),
    fragmentOf(
      'marked',
      `UPDATE attachments a SET attach_status = m.attachment_states -> a.id::text ->> 'status', updated_at = :now::timestamptz
  FROM moved m WHERE a.id = ${id} AND m.attachment_states -> a.id::text IS NOT NULL
  RETURNING a.*`,
      ':now::timestamptz',
      id,
    ),
  ] as const;
}

const attachmentOf = `(f.arguments ->> 'attachment_id')`;
const rowOf = `(SELECT ${attachmentOf}::uuid FROM fenced f)`;
const isWaitedFor = `${entryField(attachmentOf, 'operation')} = f.id::text`;
/** The volume afterwards, whichever of these changed it; unchanged where none did. */
const resourceAfter = (...changes: readonly string[]) =>
  fragmentOf(
    'resource',
    `${changes.map((one) => `SELECT x.* FROM ${one} x UNION ALL `).join('')}SELECT r.* FROM volumes r JOIN fenced f ON r.id = f.resource_id
  WHERE ${changes.map((one) => `NOT EXISTS (SELECT 1 FROM ${one})`).join(' AND ')}`,
  );
const moved = <const States extends string>(states: Literal<States>) =>
  fragmentOf(
    'moved',
    `UPDATE volumes r SET ${attachmentsBecome(states)}
  FROM fenced f WHERE r.id = f.resource_id AND ${isWaitedFor}
  RETURNING r.*`,
    ':now::timestamptz',
    states,
  );

/**
 * The CTE `undo`: later work that disconnects what the operation may have connected. The sweeper sends it, after at
 * least that many seconds. Parameter: `:undo_id::uuid`.
 */
const undo = (afterSeconds: number, condition: string) =>
  fragmentOf(
    'undo',
    insertOperation(
      {
        id: ':undo_id::uuid',
        kind: `'volume.disconnect'`,
        resource_type: `'volume'`,
        resource_id: 'f.resource_id',
        project_id: 'f.project_id',
        user_id: 'f.user_id',
        queue: 'f.queue',
        step: `'disconnect'`,
        lease_until: afterSeconds === 0 ? dueUnsent : `:now::timestamptz + make_interval(secs => ${afterSeconds})`,
        deadline: `:now::timestamptz + make_interval(secs => ${undoSeconds})`,
        arguments: `jsonb_build_object('connector', f.arguments -> 'connector')`,
        request_id: 'f.request_id',
        trace: 'f.trace',
      },
      `fenced f WHERE ${condition}`,
    ),
    ':undo_id::uuid, :now::timestamptz',
  );

// The effects below are CTEs after `fenced`, the whole row of the ending operation; `resource` is among them.

/**
 * A connection was made: its attachment gets the connection info. If the attachment is gone meanwhile, it is undone.
 */
export const connectDone = [
  moved(withEntry(attachmentOf, `'operation', NULL`)),
  resourceAfter('moved'),
  fragment(
    'connected',
    `UPDATE attachments a SET connection_info = (:facts::jsonb -> 'connection'), updated_at = :now::timestamptz,
    attached_at = COALESCE(a.attached_at, :now::timestamptz)
  -- After the volume, as requests do: else each could wait for the other.
  FROM fenced f LEFT JOIN moved m ON TRUE WHERE a.id = ${attachmentOf}::uuid`,
  ),
  undo(
    0,
    `${attachmentOf} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.id = ${attachmentOf}::uuid)`,
  ),
] as const;

/**
 * A connection was not made, or nobody knows. An attachment that its client never saw is removed, any other becomes
 * `error_attaching`, and what may have been connected is disconnected after that many seconds.
 */
export const connectFailed = (undoAfterSeconds: number) =>
  [
    moved(
      `CASE WHEN f.arguments ->> 'is_new' = 'true' THEN r.attachment_states - ${attachmentOf}
      ELSE ${withEntry(
        attachmentOf,
        `'operation', NULL, 'status',
        CASE WHEN ${entryField(attachmentOf, 'status')} = 'attached' THEN 'attached' ELSE 'error_attaching' END`,
      )} END`,
    ),
    resourceAfter('moved'),
    rowFollows(rowOf),
    undo(undoAfterSeconds, 'TRUE'),
  ] as const;

/** A connection is gone, and its attachment with it. A volume that was only reserved is available again. */
export const disconnectDone = [
  moved(`r.attachment_states - ${attachmentOf}`),
  rowFollows(rowOf),
  fragment(
    'unreserved',
    `UPDATE volumes r SET status = ${beginning(volumeMachine, 'unreserve')}, updated_at = :now::timestamptz
  FROM fenced f WHERE r.id = f.resource_id AND f.arguments ->> 'unreserves' = 'true' AND ${guard(volumeMachine, 'unreserve')}
  RETURNING r.*`,
  ),
  resourceAfter('moved', 'unreserved'),
] as const;

/** The connection may still exist: the attachment stays, as `error_detaching`. */
export const disconnectFailed = [
  moved(withEntry(attachmentOf, `'operation', NULL, 'status', 'error_detaching'`)),
  resourceAfter('moved'),
  rowFollows(rowOf),
] as const;
