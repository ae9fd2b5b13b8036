// The SQL of the older calls, which speak of the volume and not of an attachment.

import type { Database } from '../../../infra/database/port.ts';
import { attachmentsBecome } from '../../../schema/attachments.ts';
import { recordEvent } from '../../../schema/events.ts';
import { inScope } from '../../../schema/expressions.ts';
import { beginning, guard } from '../../../schema/machine.ts';
import { backendQueueOf, queueOperation } from '../../../schema/operations.ts';
import {
  type CheckedStatement,
  fragment,
  fragmentOf,
  type Given,
  type Literal,
  type ParametersOf,
  statement,
} from '../../../schema/statement.ts';
import { type VolumeMove, volumeMachine } from '../../../schema/volumes.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';
import { isUsedByNova, readonlyMode, type Tried } from '../store.ts';

const target = `r.id = :volume_id::uuid AND ${inScope}` as const;
const event = recordEvent('event', 'moved', ':event::text', 'volume');
const isMigrating = `(${volumeMachine.obstacles.migrating?.sql})`;

const existsText = statement('attachments.volume-exists', `SELECT r.id::text AS id FROM volumes r WHERE ${target}`);

export async function volumeExists(database: Database, scope: Scope, id: string): Promise<boolean> {
  return (await existsText.all(database, { volume_id: id, ...scopeParameter(scope) })).length > 0;
}

/** A move of the volume's status alone. `FOR UPDATE` first, so that the status in a refusal is the one that refused. */
const moveText = (move: VolumeMove, condition = guard(volumeMachine, move)) =>
  statement(
    `attachments.${move.replace('_', '-')}`,
    [
      fragment('locked', `SELECT r.*, ${isMigrating} AS is_migrating FROM volumes r WHERE ${target} FOR UPDATE`),
      fragment(
        'moved',
        `UPDATE volumes u SET status = ${beginning(volumeMachine, move)}, updated_at = :now::timestamptz
  FROM locked r WHERE u.id = r.id AND ${condition}
  RETURNING u.*`,
      ),
      event,
    ],
    `SELECT l.status, l.is_migrating, (SELECT count(*) FROM moved)::int AS moved FROM locked l`,
  );

const moveTexts = {
  reserve: moveText(
    'reserve',
    `((${guard(volumeMachine, 'reserve')}) OR (r.multiattach AND ${guard(volumeMachine, 'reserve_shared')}))`,
  ),
  unreserve: moveText('unreserve'),
  begin_detaching: moveText(
    'begin_detaching',
    `r.attach_status = 'attached' AND ${guard(volumeMachine, 'begin_detaching')}`,
  ),
  roll_detaching: moveText('roll_detaching'),
} as const;

export type StatusMove = keyof typeof moveTexts;

export interface Moved {
  readonly status: string;
  readonly is_migrating: boolean;
  readonly moved: number;
}

/** The status before and whether it moved; null when there is no such volume. */
export async function moveStatus(
  database: Database,
  move: StatusMove,
  parameters: ParametersOf<(typeof moveTexts)[keyof typeof moveTexts]>,
): Promise<Moved | null> {
  const [row] = await moveTexts[move].all<Moved>(database, parameters);
  return row ?? null;
}

const entry = `jsonb_build_object(:id::text, jsonb_build_object('status', 'attached', 'host', NULL,
    'instance', :instance_uuid::text, 'connects', FALSE, 'operation', NULL))`;
const isReadonly = (r: string) =>
  `(COALESCE(${r}.admin_metadata ->> 'readonly', 'False') = 'True' AND :mode::text = 'rw')` as const;
const isAttached = (r: string) =>
  `EXISTS (SELECT 1 FROM jsonb_each(${r}.attachment_states) e
    WHERE e.value ->> 'status' = 'attached' AND e.value ->> 'instance' = :instance_uuid::text)` as const;

const attachText = statement(
  'attachments.attach',
  [
    fragment('locked', `SELECT r.* FROM volumes r WHERE ${target} FOR UPDATE`),
    fragment(
      'moved',
      `UPDATE volumes u SET ${attachmentsBecome(`r.attachment_states || ${entry}`, ':mode::text')}
  FROM locked r WHERE u.id = r.id AND (r.status IN ('available', 'attaching') OR (r.multiattach AND r.status = 'in-use'))
    AND NOT ${isReadonly('r')} AND NOT ${isAttached('r')}
  RETURNING u.*`,
    ),
    fragment(
      'made',
      `INSERT INTO attachments (id, volume_id, project_id, instance_uuid, attached_host, mountpoint, attach_status,
    attach_mode, attached_at, created_at)
  SELECT :id::uuid, r.id, r.project_id, :instance_uuid::uuid, :host::text, :mountpoint::text, 'attached', :mode::text,
    :now::timestamptz, :now::timestamptz
  FROM moved r`,
    ),
    event,
  ],
  `SELECT l.status, ${isReadonly('l')} AS is_readonly, ${isAttached('l')} AS is_attached,
  (SELECT count(*) FROM moved)::int AS moved
FROM locked l`,
);

export interface Attached {
  readonly status: string;
  readonly is_readonly: boolean;
  /** The same server had it already. */
  readonly is_attached: boolean;
  readonly moved: number;
}

/** Records that a volume is attached: nobody is asked. Null when there is no such volume. */
export async function attach(
  database: Database,
  parameters: ParametersOf<typeof attachText>,
): Promise<Attached | null> {
  const [row] = await attachText.all<Attached>(database, parameters);
  return row ?? null;
}

const tried = `l.status AS volume_status, (SELECT o.operation_id FROM operation o) AS operation_id,
  (SELECT o.queue FROM operation o) AS queue`;

/** The servers that use the volume, as JSON: it may not be disconnected behind their back. */
const novas = (r: string) =>
  `(SELECT COALESCE(jsonb_agg(DISTINCT e.value ->> 'instance'), '[]')
    FROM jsonb_each(${r}.attachment_states) e WHERE ${isUsedByNova('e.value')})` as const;

const connectionText = <const Guard extends string, const Given extends string>(
  name: string,
  guard: Literal<Guard>,
  given: Literal<Given>,
) =>
  statement(
    `attachments.${name}`,
    [
      fragment('locked', `SELECT r.* FROM volumes r WHERE ${target} FOR UPDATE`),
      fragmentOf('moved', `SELECT r.* FROM locked r WHERE r.host IS NOT NULL AND ${guard}`, guard),
      queueOperation('moved', backendQueueOf('r.host'), { given }),
      event,
    ],
    `SELECT ${tried}, ${novas('l')}::text AS servers FROM locked l`,
  );

export interface Connection extends Tried {
  /** The servers that use it, so that only Nova may disconnect it: JSON. */
  readonly servers: string;
}

const beginsWork = <P>(statement: CheckedStatement<P>) =>
  async function begin(database: Database, ...parameters: Given<P>): Promise<Connection | null> {
    const [row] = await statement.all<Connection>(database, ...parameters);
    return row ?? null;
  };

/** Queues work on the connection of a host; null when there is no such volume. */
export const beginConnection = {
  initialize: beginsWork(connectionText('initialize', `r.status <> 'maintenance'`, readonlyMode)),
  // Those of which Nova has said that they do not have it, and no others that may have come since.
  terminate: beginsWork(
    connectionText('terminate', `(:may_detach::boolean OR :left_behind::jsonb @> ${novas('r')})`, ':arguments::jsonb'),
  ),
} as const;
