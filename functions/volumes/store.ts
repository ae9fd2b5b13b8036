// The SQL of volumes: reading them, and making and moving them together with the work that it takes.

import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { givenNames, inScope, utc } from '../../schema/expressions.ts';
import { type Why, whyColumns } from '../../schema/machine.ts';
import { bounded } from '../../schema/sizes.ts';
import { fragment, fragmentOf, type Literal, type ParametersOf, statement } from '../../schema/statement.ts';
import { type VolumeMove, type VolumeRow, volumeMachine } from '../../schema/volumes.ts';
import type { ListQuery } from '../http/list.ts';
import { countOf, type Page, readPage } from '../http/pagination.ts';
import { reach, type Scope, scopeParameter } from '../http/policy.ts';
import { isUuid } from '../http/schemas.ts';
import type { Target } from '../http/target.ts';
import { absentVolume, volumeList } from './query.ts';

/** The columns of VolumeRow over the alias `r` for the volume and `t` for its type. */
export const volumeColumns = `r.id::text AS id, r.project_id, r.user_id, r.name, r.description, r.size_gib, r.status,
  r.attach_status, r.migration_status, r.availability_zone, r.host, r.volume_type_id::text AS volume_type_id,
  t.name AS volume_type_name, r.snapshot_id::text AS snapshot_id, r.source_volid::text AS source_volid,
  CASE WHEN r.consistencygroup_id IS NULL THEN r.group_id::text END AS group_id,
  r.consistencygroup_id::text AS consistencygroup_id, r.bootable, r.multiattach,
  r.encryption_key_id::text AS encryption_key_id, r.replication_status, r.metadata::text AS metadata,
  r.admin_metadata::text AS admin_metadata, r.image_metadata::text AS image_metadata, r.provider_id, r.name_id::text AS name_id,
  r.service_uuid::text AS service_uuid, r.shared_targets, r.cluster_name, r.consumes_quota,
  ${utc('r.created_at')} AS created_at, ${utc('r.updated_at')} AS updated_at,
  CASE WHEN r.attach_status = 'attached' THEN (
    SELECT json_agg(json_build_object('id', a.id, 'instance_uuid', a.instance_uuid, 'attached_host', a.attached_host,
      'mountpoint', a.mountpoint, 'attached_at', ${utc('a.attached_at')}) ORDER BY a.created_at, a.id)::text
    FROM attachments a WHERE a.volume_id = r.id AND a.attach_status = 'attached') END AS attachments`;

export const withType = (from: string) => `${from} r LEFT JOIN volume_types t ON t.id = r.volume_type_id`;
/** The hidden other half of a migration is no volume of anybody's. */
const notHidden = `(r.migration_status IS NULL OR r.migration_status NOT LIKE 'target:%')`;

const showText = statement(
  'volumes.show',
  `SELECT ${volumeColumns} FROM ${withType('volumes')} WHERE r.id = :id::uuid AND ${inScope}
    AND (:scope::text IS NULL OR ${notHidden})`,
);

/** The volume, or null when it is not within the scope. */
export async function findVolume(database: Database, scope: Scope, id: string): Promise<VolumeRow | null> {
  const [row] = await showText.all<VolumeRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

const ownerText = statement('volumes.owner', 'SELECT v.user_id FROM volumes v WHERE v.id = :id::uuid');

async function ownerOf(database: Database, id: unknown): Promise<string | null> {
  if (typeof id !== 'string' || !isUuid(id)) return null;
  const [row] = await ownerText.all<{ user_id: string }>(database, { id });
  return row?.user_id ?? null;
}

/** What operations on `/volumes/{volume_id}` are done to. */
export const onVolume: Target<'volume_id'> = {
  param: 'volume_id',
  absent: absentVolume,
  exists: async (call) => (await findVolume(call.ports.database, reach(call.actor), call.params.volume_id)) !== null,
  owner: (call) => ownerOf(call.ports.database, call.params.volume_id),
};

/** What operations are done to that make something of a volume: `{"snapshot": {"volume_id": …}}`. */
export const ofVolume: Target<never> = {
  owner: ({ ports, body }) => ownerOf(ports.database, volumeIn(body)),
};

function volumeIn(body: unknown): unknown {
  const [inner] = typeof body === 'object' && body !== null ? Object.values(body) : [];
  return typeof inner === 'object' && inner !== null ? (inner.volume_id ?? inner.volume_uuid) : null;
}

const shownTo = (scope: Scope) =>
  scope.projectId === null
    ? { total: countOf('volumes', scope) }
    : { where: notHidden, total: countOf('volumes', scope, notHidden) };

/** One page of volumes, whole rows. */
export function listVolumes(database: Database, query: ListQuery, scope: Scope): Promise<Page<VolumeRow>> {
  const source = {
    name: 'volumes.list',
    columns: volumeColumns,
    from: withType('volumes'),
    ...shownTo(scope),
  };
  return readPage(database, source, volumeList, query, scope);
}

/** One page of volumes, id and name only. */
export function listVolumeNames(
  database: Database,
  query: ListQuery,
  scope: Scope,
): Promise<Page<{ id: string; name: string | null }>> {
  const source = {
    name: 'volumes.list-names',
    columns: 'r.id::text AS id, r.name',
    from: 'volumes r',
    ...shownTo(scope),
  };
  return readPage(database, source, volumeList, query, scope);
}

export interface VolumeWhy extends Why {
  readonly size_gib: number;
}

const whyTexts = Object.fromEntries(
  Object.keys(volumeMachine.moves).map((move) => [
    move,
    statement(
      `volumes.why-not-${move}`,
      `SELECT ${whyColumns(volumeMachine, move)}, r.size_gib FROM volumes r WHERE r.id = :id::uuid AND ${inScope}`,
    ),
  ]),
);

/** Why a move was refused: the present status and what stands in the way. Null when there is no such volume. */
export async function whyNot(
  database: Database,
  move: VolumeMove,
  parameters: { readonly id: string; readonly scope: string | null },
): Promise<VolumeWhy | null> {
  const statement = whyTexts[move];
  if (statement === undefined) throw new Error(`no move ${move}`);
  const [row] = await statement.all<VolumeWhy>(database, parameters);
  return row ?? null;
}

const updateText = statement(
  'volumes.update',
  [
    fragment(
      'volume',
      `UPDATE volumes r SET ${givenNames('r')},
    metadata = COALESCE(${bounded('volume metadata', ':metadata::jsonb')}, r.metadata), updated_at = :now::timestamptz
  WHERE r.id = :id::uuid AND ${inScope} AND r.status <> 'maintenance'
  RETURNING r.*`,
    ),
    recordEvent('event', 'volume', `'volume.update.end'`, 'volume'),
  ],
  `SELECT ${volumeColumns} FROM ${withType('volume')}`,
);

/** Null when there is no such volume, or it is in maintenance. */
export async function updateVolume(
  database: Database,
  parameters: ParametersOf<typeof updateText>,
): Promise<VolumeRow | null> {
  const [row] = await updateText.all<VolumeRow>(database, parameters);
  return row ?? null;
}

const setText = <const Assignment extends string>(name: string, assignment: Literal<Assignment>, condition: string) =>
  statement(
    `volumes.set-${name}`,
    [
      fragmentOf(
        'moved',
        `UPDATE volumes r SET ${assignment}, updated_at = :now::timestamptz
  WHERE r.id = :id::uuid AND ${inScope} AND ${condition} RETURNING r.*`,
        ':id::uuid, :scope::text, :now::timestamptz',
        assignment,
      ),
      recordEvent('event', 'moved', `'volume.update.end'`, 'volume'),
    ],
    `SELECT id::text AS id FROM moved`,
  );

/** Flags that an action sets at once, each with the condition under which it may. */
const setTexts = {
  bootable: setText('bootable', 'bootable = :value::boolean', `r.status <> 'maintenance'`),
  readonly: setText(
    'readonly',
    `admin_metadata = r.admin_metadata
      || jsonb_build_object('readonly', CASE WHEN :value::boolean THEN 'True' ELSE 'False' END)`,
    `r.status = 'available'`,
  ),
} as const;

/** False when the volume is not there or not in a state for it. */
export async function setFlag(
  database: Database,
  name: keyof typeof setTexts,
  parameters: ParametersOf<(typeof setTexts)[keyof typeof setTexts]>,
): Promise<boolean> {
  return (await setTexts[name].all(database, parameters)).length > 0;
}

const resetText = statement(
  'volumes.reset-status',
  [
    fragment(
      'moved',
      `UPDATE volumes r SET status = COALESCE(:status::text, r.status), previous_status = r.status,
    attach_status = COALESCE(:attach_status::text, r.attach_status),
    attachment_states = CASE WHEN :attach_status::text = 'detached' THEN '{}'::jsonb ELSE r.attachment_states END,
    migration_status = CASE WHEN :migration_status::text = 'none' THEN NULL
      ELSE COALESCE(:migration_status::text, r.migration_status) END,
    updated_at = :now::timestamptz
  WHERE r.id = :id::uuid AND ${inScope}
    AND (:status::text IS DISTINCT FROM 'in-use' OR EXISTS (SELECT 1 FROM attachments a WHERE a.volume_id = r.id))
  RETURNING r.*`,
    ),
    fragment(
      'detached',
      `DELETE FROM attachments a USING moved m WHERE a.volume_id = m.id AND :attach_status::text = 'detached'`,
    ),
    recordEvent('event', 'moved', `'volume.reset_status.end'`, 'volume'),
  ],
  `SELECT id::text AS id FROM moved`,
);

/** Writes a status over the present one. False when there is no such volume, or `in-use` without an attachment. */
export async function resetStatus(database: Database, parameters: ParametersOf<typeof resetText>): Promise<boolean> {
  return (await resetText.all(database, parameters)).length > 0;
}
