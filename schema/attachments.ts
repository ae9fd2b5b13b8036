// The attachment: its row, and how what happens to it moves the volume. The volume's row holds a map of its attachments
// (id -> Entry), so that one row lock orders everything and each guard reads the latest.
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
  /** How the volume is reached, sealed: it may hold passwords. A JSON string; an object in rows from before. */
  readonly connection_info: string | null;
  readonly attached_at: string | null;
  readonly detached_at: string | null;
}

/** What a connection is sealed for: the attachment, or the operation of a request that has none. */
export const connectionPurpose = (id: string) => `connection:${id}`;

/** What the volume knows of an attachment. */
export interface Entry {
  readonly status: string;
  /** The host of its connector. */
  readonly host: string | null;
  /** By which an equal connector is known; absent where there was none, and in entries from before. */
  readonly connector?: string | null;
  readonly instance: string | null;
  /** Whether a back end was ever asked to connect it, so that its removal has to ask too. */
  readonly connects: boolean;
  /** The operation that it waits for. */
  readonly operation: string | null;
}

/** What a connection may take before it is undone: above what a request waits for, so that both agree on the outcome. */
export const connectMarginSeconds = 5;
/** A removal goes on after its request has given up. */
export const disconnectSeconds = 600;
/** The undoing of a connection that may be there although nobody was told of it. */
const undoSeconds = 3600;

/** Statuses that belong to other work: what the attachments say is kept for when that work has ended. */
const others = [
  ...Object.entries(volumeMachine.states).flatMap(([name, kind]) =>
    kind === 'busy' && name !== 'attaching' && name !== 'detaching' ? [name] : [],
  ),
  'maintenance',
  'awaiting-transfer',
];
const isHeld = `(r.status IN (${others.map((one) => `'${one}'`).join(', ')}) OR ${volumeMachine.obstacles.migrating?.sql})`;

/**
 * The SET clause over `volumes r` that gives it the map `states` (SQL) and everything that follows from it. `mode`
 * (SQL) is noted as the mode of the attachment while there is one.
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

/** A field of the entry of `id` (SQL of a text) in the map of `volumes r`. */
export const entryField = <const Id extends string>(id: Id, field: keyof Entry) =>
  `(r.attachment_states -> ${id} ->> '${field as string}')` as const;

/** The map with further fields over the entry of `id`: `changes` are the arguments of jsonb_build_object. */
export const withEntry = <const Id extends string, const Changes extends string>(id: Id, changes: Changes) =>
  `r.attachment_states || jsonb_build_object(${id}, COALESCE(r.attachment_states -> ${id}, '{}') || jsonb_build_object(${changes}))` as const;

/** The CTEs `gone` and `marked`: the attachment's row does what its entry in the CTE `moved` has done. */
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
/** The volume as it is afterwards, whichever of these has changed it; as it was where none has. */
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
 * The CTE `undo`: work for later that disconnects what the operation may have connected. The sweeper sends it, not
 * before so many seconds. Parameter: `:undo_id::uuid`.
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

// The effects below are CTEs after `fenced`, the whole row of the operation that ends, with `resource` among them.

/** A connection is there: its attachment learns how it is reached. When the attachment is gone meanwhile, it is undone. */
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
 * A connection is not there, or nobody can tell: an attachment that its client was never told of goes, another one is
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

/** A connection is gone, and its attachment with it. A volume that was only reserved is free again. */
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

/** The connection may still be there: the attachment stays, as `error_detaching`. */
export const disconnectFailed = [
  moved(withEntry(attachmentOf, `'operation', NULL, 'status', 'error_detaching'`)),
  resourceAfter('moved'),
  rowFollows(rowOf),
] as const;
