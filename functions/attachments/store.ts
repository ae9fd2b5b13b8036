// The SQL of attachments: reading them, and moving them together with their volume and the work that it takes. Each
// statement locks the volume's row first and asks that one, so that two of them see each other's effect, whatever their
// snapshots are: the condition of an UPDATE on the table itself refuses by the row that it saw before it waited.

import type { Database } from '../../infra/database/port.ts';
import { type AttachmentRow, attachmentsBecome, entryField, rowFollows, withEntry } from '../../schema/attachments.ts';
import { recordEvent } from '../../schema/events.ts';
import { inScopeOf, utc } from '../../schema/expressions.ts';
import { backendQueueOf, queueOperation } from '../../schema/operations.ts';
import {
  type CheckedStatement,
  fragment,
  type Given,
  type ParametersOf,
  type Part,
  statement,
} from '../../schema/statement.ts';
import type { ListQuery } from '../http/list.ts';
import { type Page, readPage } from '../http/pagination.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';
import { attachmentList } from './query.ts';

/** The columns of AttachmentRow over an alias. */
export const attachmentColumns = (
  r: string,
) => `${r}.id::text AS id, ${r}.volume_id::text AS volume_id, ${r}.project_id,
  ${r}.instance_uuid::text AS instance_uuid, ${r}.attach_status, ${r}.attach_mode,
  ${r}.connection_info::text AS connection_info, ${utc(`${r}.attached_at`)} AS attached_at,
  ${utc(`${r}.detached_at`)} AS detached_at`;

const own = ':id::text';
const isReadonly = `r.admin_metadata ->> 'readonly' = 'True'`;
/** The arguments of a connection to a volume `r`, which may be read-only. */
export const readonlyMode =
  `:arguments::jsonb || CASE WHEN ${isReadonly} THEN '{"mode": "ro"}' ELSE '{}' END::jsonb` as const;
const requests = recordEvent('event', 'moved', `:event::text`, 'volume', `jsonb_build_object('attachment', ${own})`);

/** The mode of a connection: what the attachment has, else what is asked for; a read-only volume is `ro` whatever is. */
const connectMode =
  `CASE WHEN ${isReadonly} THEN 'ro' ELSE COALESCE((SELECT f.attach_mode FROM found f), :mode::text) END` as const;

/** The volume of the attachment `found`, locked: what is read of it is the latest. */
const lockedOfFound = fragment(
  'locked',
  `SELECT r.* FROM volumes r WHERE r.id = (SELECT f.volume_id FROM found f) FOR UPDATE`,
);
const lockedById = fragment(
  'locked',
  `SELECT r.* FROM volumes r WHERE r.id = :volume_id::uuid AND ${inScopeOf('r')} FOR UPDATE`,
);
const found = fragment('found', `SELECT a.* FROM attachments a WHERE a.id = :id::uuid AND ${inScopeOf('a')}`);

const showText = statement(
  'attachments.show',
  `SELECT ${attachmentColumns('a')} FROM attachments a WHERE a.id = :id::uuid AND ${inScopeOf('a')}`,
);

/** The attachment, or null when it is not within the scope. */
export async function findAttachment(database: Database, scope: Scope, id: string): Promise<AttachmentRow | null> {
  const [row] = await showText.all<AttachmentRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

export function listAttachments(database: Database, query: ListQuery, scope: Scope): Promise<Page<AttachmentRow>> {
  const source = { name: 'attachments.list', columns: attachmentColumns('r'), from: 'attachments r' };
  return readPage(database, source, attachmentList, query, scope);
}

/** The volume as a refusal describes it, with what was begun. */
export interface Tried {
  readonly volume_status: string;
  readonly operation_id: string | null;
  readonly queue: string | null;
}

const tried = `l.status AS volume_status, (SELECT o.operation_id FROM operation o) AS operation_id,
  (SELECT o.queue FROM operation o) AS queue`;

/** Another attachment of the same host: two of them on one host cannot be told apart there. */
const isSameHost = (r: string) =>
  `(NOT ${r}.multiattach AND EXISTS (SELECT 1 FROM jsonb_each(${r}.attachment_states) e
    WHERE e.key <> ${own} AND e.value ->> 'host' = :host::text AND e.value ->> 'status' <> 'error_attaching'))` as const;
const isOpen = `(r.status IN ('available', 'downloading')
    OR (r.status IN ('in-use', 'reserved', 'attaching', 'detaching') AND (r.multiattach OR EXISTS (
      SELECT 1 FROM jsonb_each(r.attachment_states) e WHERE e.value ->> 'instance' = :instance_uuid::text))))`;
const needsRule = (r: string) => `(${r}.multiattach AND ${r}.bootable AND ${r}.status = 'in-use')`;

/** By this an equal connector is known, on the volume's row: the attachment's may be older than what was waited for. */
const connectorMark = 'md5(:connector::jsonb::text)';

const newEntry = `jsonb_build_object(${own}, jsonb_build_object('status',
    CASE WHEN :connects::boolean THEN 'attaching' ELSE 'reserved' END, 'host', :host::text,
    'instance', :instance_uuid::text, 'connector', ${connectorMark}, 'connects', :connects::boolean,
    'operation', CASE WHEN :connects::boolean THEN :operation_id::text END))` as const;

const createText = statement(
  'attachments.create',
  [
    lockedById,
    fragment(
      'moved',
      `UPDATE volumes u SET ${attachmentsBecome(`r.attachment_states || ${newEntry}`)}
  FROM locked r WHERE u.id = r.id AND ${isOpen} AND NOT ${isSameHost('r')}
    AND (:may_share_bootable::boolean OR NOT ${needsRule('r')}) AND (r.host IS NOT NULL OR NOT :connects::boolean)
  RETURNING u.*`,
    ),
    fragment(
      'made',
      `INSERT INTO attachments (id, volume_id, project_id, instance_uuid, attached_host, mountpoint, attach_status, attach_mode,
    connector, created_at)
  SELECT :id::uuid, r.id, r.project_id, :instance_uuid::uuid, :host::text, :connector::jsonb ->> 'mountpoint',
    CASE WHEN :connects::boolean THEN 'attaching' ELSE 'reserved' END,
    CASE WHEN ${isReadonly} THEN 'ro' ELSE :mode::text END, :connector::jsonb, :now::timestamptz
  FROM moved r RETURNING *`,
    ),
    fragment('asked', `SELECT r.* FROM moved r WHERE :connects::boolean`),
    queueOperation('asked', backendQueueOf('r.host'), { given: readonlyMode }),
    requests,
  ],
  `SELECT ${tried}, ${isSameHost('l')} AS is_same_host,
  NOT :may_share_bootable::boolean AND ${needsRule('l')} AS needs_rule,
  ${attachmentColumns('a')}
FROM locked l LEFT JOIN made a ON TRUE`,
);

export interface Created extends Tried, Omit<AttachmentRow, 'id'> {
  /** Null: refused. */
  readonly id: string | null;
  readonly is_same_host: boolean;
  readonly needs_rule: boolean;
}

/** Reserves, and with `connects` queues the connection; null when there is no such volume. */
export async function insertAttachment(
  database: Database,
  parameters: ParametersOf<typeof createText>,
): Promise<Created | null> {
  const [row] = await createText.all<Created>(database, parameters);
  return row ?? null;
}

const ready = `${entryField(own, 'status')} IN ('reserved', 'attaching', 'attached', 'error_attaching')
    AND ${entryField(own, 'operation')} IS NULL` as const;

const connectText = statement(
  'attachments.connect',
  [
    found,
    lockedOfFound,
    fragment(
      'moved',
      `UPDATE volumes u SET ${attachmentsBecome(
        withEntry(
          own,
          `'status', CASE WHEN ${entryField(own, 'status')} = 'attached' THEN 'attached' ELSE 'attaching' END,
      'host', :host::text, 'connector', ${connectorMark}, 'connects', TRUE, 'operation', :operation_id::text`,
        ),
      )}
  FROM locked r WHERE u.id = r.id AND ${ready} AND r.status NOT LIKE '%error%' AND NOT ${isSameHost('r')}
    AND r.host IS NOT NULL
  RETURNING u.*`,
    ),
    fragment(
      'changed',
      `UPDATE attachments a SET attach_status = r.attachment_states -> ${own} ->> 'status', connector = :connector::jsonb,
    attached_host = :host::text, mountpoint = COALESCE(:connector::jsonb ->> 'mountpoint', a.mountpoint),
    updated_at = :now::timestamptz, attach_mode = ${connectMode}
  FROM moved r WHERE a.id = :id::uuid`,
    ),
    queueOperation('moved', backendQueueOf('r.host'), {
      given: `:arguments::jsonb || jsonb_build_object('mode', ${connectMode})` as const,
    }),
    requests,
  ],
  `SELECT ${tried}, ${isSameHost('l')} AS is_same_host,
  l.attachment_states -> ${own} ->> 'connector' = ${connectorMark} AS is_same_connector,
  l.attachment_states -> ${own} ->> 'status' AS status,
  l.attachment_states -> ${own} ->> 'operation' AS waits_for
FROM found f CROSS JOIN locked l`,
);

export interface Connecting extends Tried {
  readonly is_same_host: boolean;
  readonly is_same_connector: boolean | null;
  /** What the attachment was, and the operation that it waited for; null when it has gone meanwhile. */
  readonly status: string | null;
  readonly waits_for: string | null;
}

/** Queues the connection of an attachment to a host; null when there is no such attachment. */
export async function beginConnect(
  database: Database,
  parameters: ParametersOf<typeof connectText>,
): Promise<Connecting | null> {
  const [row] = await connectText.all<Connecting>(database, parameters);
  return row ?? null;
}

const completeText = statement(
  'attachments.complete',
  [
    found,
    lockedOfFound,
    fragment(
      'moved',
      `UPDATE volumes u SET ${attachmentsBecome(
        withEntry(own, `'status', 'attached'`),
        `COALESCE((SELECT f.attach_mode FROM found f), 'rw')`,
      )}
  FROM locked r WHERE u.id = r.id AND ${entryField(own, 'status')} IN ('reserved', 'attaching', 'attached')
    AND ${entryField(own, 'operation')} IS NULL
  RETURNING u.*`,
    ),
    fragment(
      'changed',
      `UPDATE attachments a SET attach_status = 'attached', updated_at = :now::timestamptz,
    attached_at = COALESCE(a.attached_at, :now::timestamptz)
  FROM moved r WHERE a.id = :id::uuid`,
    ),
    requests,
  ],
  `SELECT (SELECT count(*) FROM moved)::int AS moved, f.attach_status AS status FROM found f`,
);

/** The attachment is in use. What it was and whether it moved; null when there is no such attachment. */
export async function completeAttachment(database: Database, parameters: ParametersOf<typeof completeText>) {
  const [row] = await completeText.all<{ moved: number; status: string }>(database, parameters);
  return row ?? null;
}

/**
 * Whether the entry is a server's, and perhaps connected: removing it behind the back of Nova would leave a device on
 * the hypervisor that shows whatever is put there next (CVE-2023-2088). Read off the volume's row: the latest.
 */
export const isUsedByNova = (entry: string) => `(${entry} ->> 'instance' IS NOT NULL
    AND ${entry} ->> 'connects' = 'true' AND ${entry} ->> 'status' <> 'error_attaching')`;

/** The attachments of a volume as a JSON array of rows, without the own one. */
export const remaining = (volume: string, except: string) => `(SELECT COALESCE(json_agg(json_build_object(
    'id', a.id, 'volume_id', a.volume_id, 'instance_uuid', a.instance_uuid, 'attach_status', a.attach_status)
    ORDER BY a.created_at, a.id), '[]')::text
  FROM attachments a WHERE a.volume_id = ${volume} AND a.id IS DISTINCT FROM ${except})`;

/** Which attachment: a statement by volume finds out only when it runs. */
const removalArguments = `(SELECT :arguments::jsonb || jsonb_build_object('attachment_id', f.id) FROM found f)`;

/** Removes the attachment `found`: at once when no back end was ever asked to connect it, else by way of `detaching`. */
function removeText<const Target extends readonly Part[]>(name: string, target: Target, volumeGuard: string) {
  const entry = 'f.id::text';
  const key = '(SELECT f.id::text FROM found f)';
  return statement(
    `attachments.${name}`,
    [
      target,
      fragment(
        'moved',
        `UPDATE volumes u SET ${attachmentsBecome(
          `CASE WHEN ${entryField(entry, 'connects')} = 'true'
      THEN ${withEntry(entry, `'status', 'detaching', 'operation', :operation_id::text`)}
      ELSE r.attachment_states - ${entry} END`,
        )}
  FROM locked r, found f WHERE u.id = r.id AND r.attachment_states -> ${entry} IS NOT NULL
    AND (${entryField(entry, 'status')} <> 'detaching' OR ${entryField(entry, 'operation')} IS NULL)
    AND (:may_detach::boolean OR NOT ${isUsedByNova(`(r.attachment_states -> ${entry})`)}) AND ${volumeGuard}
  RETURNING u.*`,
      ),
      rowFollows(`${key}::uuid`),
      fragment(
        'asked',
        `SELECT r.id, r.project_id, r.host FROM moved r WHERE r.attachment_states -> ${key} IS NOT NULL`,
      ),
      queueOperation('asked', backendQueueOf('r.host'), { given: removalArguments }),
      recordEvent('event', 'moved', `:event::text`, 'volume', `jsonb_build_object('attachment', ${key})`),
    ],
    `SELECT ${tried}, l.id::text AS volume_id, f.id::text AS id, f.instance_uuid::text AS instance_uuid,
  ${isUsedByNova('(l.attachment_states -> f.id::text)')} AS is_used_by_nova, (SELECT count(*) FROM moved)::int AS moved,
  (SELECT count(*) FROM attachments a WHERE a.volume_id = l.id)::int AS attachments,
  l.attachment_states -> f.id::text ->> 'status' AS status,
  l.attachment_states -> f.id::text ->> 'operation' AS waits_for, ${remaining('l.id', 'f.id')} AS remaining
FROM locked l LEFT JOIN found f ON TRUE`,
  );
}

export interface Removing extends Tried {
  readonly volume_id: string;
  /** Null: the volume has none, or more than one and none was named. */
  readonly id: string | null;
  readonly instance_uuid: string | null;
  readonly is_used_by_nova: boolean | null;
  readonly moved: number;
  readonly attachments: number;
  readonly status: string | null;
  readonly waits_for: string | null;
  /** The other attachments of the volume: JSON. */
  readonly remaining: string;
}

const removes = <P>(statement: CheckedStatement<P>) =>
  async function remove(database: Database, ...parameters: Given<P>): Promise<Removing | null> {
    const [row] = await statement.all<Removing>(database, ...parameters);
    return row ?? null;
  };

/** Removes or begins to; null when there is nothing of that id. */
export const beginRemoval = {
  byId: removes(removeText('remove', [found, lockedOfFound], 'TRUE')),
  // The named one of the volume, or its only one.
  ofVolume: removes(
    removeText(
      'remove-of-volume',
      [
        lockedById,
        fragment('all_of', `SELECT a.* FROM attachments a JOIN locked l ON a.volume_id = l.id`),
        fragment(
          'found',
          `SELECT a.* FROM all_of a WHERE CASE WHEN :attachment_id::uuid IS NULL THEN (SELECT count(*) FROM all_of) = 1
    ELSE a.id = :attachment_id::uuid END`,
        ),
      ] as const,
      `r.status <> 'maintenance'`,
    ),
  ),
} as const;
