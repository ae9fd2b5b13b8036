// Making groups: empty ones, and copies of another group or of a snapshot of one with all their volumes.
import type { Database } from '../../../infra/database/port.ts';
import { recordEvent } from '../../../schema/events.ts';
import {
  consistentSpec,
  derivedId,
  groupMachine,
  groupSnapshotMachine,
  legacyGroupType,
} from '../../../schema/groups.ts';
import { cloneKeys } from '../../../schema/keys.ts';
import { beginning, guard } from '../../../schema/machine.ts';
import { queueOperation, schedulerQueue } from '../../../schema/operations.ts';
import { countQuota, groupDeltas, volumeDeltas } from '../../../schema/quotas.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import { type Scope, scopeParameter } from '../../http/policy.ts';
import { type Family, isLegacy } from './read.ts';

/** What a create request has to know before it writes. */
export interface GroupFacts {
  readonly group_type_id: string | null;
  /** The type asks for snapshots of all members at one moment. */
  readonly is_consistent: boolean;
  /** The ids of the volume types by what the request called them, as a JSON object. */
  readonly volume_types: string;
  readonly zone_exists: boolean;
}

const factsText = statement(
  'groups.create-facts',
  `WITH wanted AS (
  SELECT t.id, COALESCE(t.group_specs ->> '${consistentSpec}', '') = '<is> True' AS is_consistent FROM group_types t
  WHERE (t.id::text = :group_type::text OR t.name = :group_type::text)
    AND (t.is_public OR :scope::text IS NULL) AND (t.id = '${legacyGroupType}') = :legacy::boolean
  ORDER BY (t.id::text = :group_type::text) DESC LIMIT 1
), named AS (
  SELECT n.name, (SELECT t.id FROM volume_types t
    WHERE (t.id::text = lower(n.name) OR t.name = n.name)
      AND (t.is_public OR :scope::text IS NULL OR EXISTS (
        SELECT 1 FROM volume_type_access a WHERE a.volume_type_id = t.id AND a.project_id = :project::text))
    ORDER BY (t.id::text = lower(n.name)) DESC LIMIT 1) AS id
  FROM jsonb_array_elements_text(:volume_types::jsonb) n (name)
)
SELECT w.id::text AS group_type_id, COALESCE(w.is_consistent, FALSE) AS is_consistent,
  (SELECT COALESCE(json_object_agg(n.name, n.id), '{}')::text FROM named n WHERE n.id IS NOT NULL) AS volume_types,
  EXISTS (SELECT 1 FROM services z WHERE z.availability_zone = :zone::text AND z."binary" = 'cinder-volume') AS zone_exists
FROM (SELECT 1) one LEFT JOIN wanted w ON TRUE`,
);

/** The group type and volume types that the actor may use, by their ids or names. */
export async function readGroupFacts(
  database: Database,
  scope: Scope,
  family: Family,
  parameters: Omit<ParametersOf<typeof factsText>, 'scope' | 'legacy'>,
): Promise<GroupFacts> {
  const all = { ...parameters, ...scopeParameter(scope), ...isLegacy(family) };
  const [facts] = await factsText.all<GroupFacts>(database, all);
  if (facts === undefined) throw new Error('groups.create-facts returned no row');
  return facts;
}

/** The zone of a group that names none: a client wants to read one. */
const firstZone = `(SELECT min(z.availability_zone) FROM services z WHERE z."binary" = 'cinder-volume')`;

const createText = statement(
  'groups.create',
  [
    fragment(
      'created',
      `INSERT INTO groups (id, project_id, user_id, name, description, status, availability_zone, group_type_id, created_at)
  VALUES (:id::uuid, :project::text, :actor_id::text, :name::text, :description::text, ${beginning(groupMachine, 'create')},
    COALESCE(:zone::text, ${firstZone}), :group_type_id::uuid, :now::timestamptz)
  RETURNING *`,
    ),
    fragment(
      'types',
      `INSERT INTO group_volume_types (group_id, volume_type_id)
  SELECT r.id, y::uuid FROM created r, jsonb_array_elements_text(:volume_types::jsonb) y`,
    ),
    countQuota(groupDeltas('created', 1)),
    recordEvent('event', 'created', `'group.create.end'`, 'group'),
  ],
  `SELECT r.id::text AS id, r.name FROM created r WHERE (SELECT count(*) FROM over_limit) = 0`,
);

/** What the answer to a create request shows. */
export interface CreatedGroup {
  readonly id: string;
  readonly name: string | null;
}

/** Makes the group, available at once, and counts it. A conflict when a type is deleted at the same moment. */
export async function insertGroup(
  database: Database,
  parameters: ParametersOf<typeof createText>,
): Promise<CreatedGroup> {
  const [row] = await createText.all<CreatedGroup>(database, parameters);
  if (row === undefined) throw new Error('groups.create returned no row');
  return row;
}

const inProject =
  `r.project_id = :project::text AND (r.group_type_id = '${legacyGroupType}') = :legacy::boolean` as const;

/** Read again with the row locked, so that nothing takes it away before its copy is counted. */
const memberMayBeCopied = guard(volumeMachine, 'copy').replaceAll('r.', 'v.');

/** What a copy is made from: the CTEs `source` (with `expected` members) and `members`. */
const sources = {
  group: [
    fragment(
      'source',
      `SELECT r.id, r.group_type_id, r.availability_zone, r.backend, r.id AS types_of, NULL::uuid AS group_snapshot_id,
    r.id AS source_group_id, r.volume_count AS expected
  FROM groups r WHERE r.id = :source::uuid AND ${inProject} AND ${guard(groupMachine, 'copy')}`,
    ),
    fragment(
      'members',
      `SELECT v.id, v.size_gib, v.availability_zone, v.volume_type_id, v.bootable, v.multiattach, v.image_metadata, v.encryption_key_id,
    NULL::uuid AS snapshot_id, v.id AS source_volid
  FROM volumes v JOIN source s ON v.group_id = s.id
  WHERE ${memberMayBeCopied} FOR NO KEY UPDATE OF v`,
    ),
  ] as const,
  snapshot: [
    fragment(
      'source',
      `SELECT r.id, r.group_type_id, g.availability_zone, g.backend, g.id AS types_of, r.id AS group_snapshot_id,
    NULL::uuid AS source_group_id,
    (SELECT count(*) FROM snapshots x WHERE x.group_snapshot_id = r.id) AS expected
  FROM group_snapshots r JOIN groups g ON g.id = r.group_id
  WHERE r.id = :source::uuid AND ${inProject} AND ${guard(groupSnapshotMachine, 'copy')}`,
    ),
    fragment(
      'members',
      `SELECT x.id, x.size_gib, v.availability_zone, v.volume_type_id, v.bootable, v.multiattach, x.image_metadata, v.encryption_key_id,
    x.id AS snapshot_id, NULL::uuid AS source_volid
  FROM snapshots x JOIN source s ON x.group_snapshot_id = s.id JOIN volumes v ON v.id = x.volume_id
  WHERE x.status = 'available' FOR NO KEY UPDATE OF x`,
    ),
  ] as const,
} as const;

export type SourceKind = keyof typeof sources;

/** What each volume's operation reads from. */
const copySource = 'COALESCE(r.snapshot_id, r.source_volid)';

const copyOf = derivedId('c.id::text', 'm.id::text');
const keyOf = derivedId(`'key' || c.id::text`, 'm.id::text');

/**
 * The ids of volumes and operations come from the group's and the member's: the statement makes as many as there are.
 */
const copyText = (kind: SourceKind) =>
  statement(
    `groups.create-from-${kind}`,
    [
      sources[kind],
      fragment(
        'created',
        `INSERT INTO groups (id, project_id, user_id, name, description, status, availability_zone, group_type_id, backend,
    group_snapshot_id, source_group_id, volume_count, pending, created_at)
  SELECT :id::uuid, :project::text, :actor_id::text, :name::text, :description::text, ${beginning(groupMachine, 'create_from_source')}, s.availability_zone,
    s.group_type_id, s.backend, s.group_snapshot_id, s.source_group_id, (SELECT count(*) FROM members),
    (SELECT count(*) FROM members), :now::timestamptz
  FROM source s WHERE s.expected > 0
  RETURNING *`,
      ),
      fragment(
        'types',
        `INSERT INTO group_volume_types (group_id, volume_type_id)
  SELECT c.id, y.volume_type_id FROM created c, source s JOIN group_volume_types y ON y.group_id = s.types_of`,
      ),
      fragment(
        'volume',
        `INSERT INTO volumes (id, project_id, user_id, size_gib, status, availability_zone, volume_type_id, snapshot_id,
    source_volid, bootable, multiattach, image_metadata, encryption_key_id, group_id, consistencygroup_id, created_at)
  SELECT ${copyOf}, c.project_id, c.user_id, m.size_gib, ${beginning(volumeMachine, 'create')},
    m.availability_zone, m.volume_type_id, m.snapshot_id, m.source_volid, m.bootable, m.multiattach, m.image_metadata,
    CASE WHEN m.encryption_key_id IS NOT NULL THEN ${keyOf} END, c.id,
    CASE WHEN :legacy::boolean THEN c.id END, :now::timestamptz
  FROM created c, members m
  RETURNING *`,
      ),
      cloneKeys(
        `SELECT v.encryption_key_id AS id, v.id AS owner, m.encryption_key_id AS source
      FROM volume v CROSS JOIN created c JOIN members m ON v.id = ${copyOf}`,
        'volume_id',
      ),
      countQuota(`${volumeDeltas('volume', 1)} UNION ALL ${groupDeltas('created', 1)}`),
      queueOperation('volume', `'${schedulerQueue}'`, {
        id: derivedId(':operation_id::uuid::text', 'r.id::text'),
        reads: copySource,
      }),
      recordEvent('started', 'created', `'group.create.start'`, 'group'),
      recordEvent('event', 'volume', `'volume.create.start'`, 'volume'),
    ],
    `SELECT r.id::text AS id, r.name, (SELECT json_agg(o.operation_id)::text FROM operation o) AS operations,
  CASE WHEN r.volume_count <> (SELECT s.expected FROM source s) THEN refuse('members')::text
    WHEN (SELECT count(*) FROM key) <> (SELECT count(v.encryption_key_id) FROM volume v) THEN refuse('keys')::text
    END AS refused
FROM created r WHERE (SELECT count(*) FROM over_limit) = 0`,
  );

const copyTexts = { group: copyText('group'), snapshot: copyText('snapshot') } as const;

export interface CopiedGroup extends CreatedGroup {
  /** The ids of the operations that make its volumes, as a JSON array. */
  readonly operations: string;
}

/**
 * Makes the group with a volume for each member of the source, counts them and queues their creation: all of it or
 * none. Null when the source is not there or may not be copied now; refused (`members`) when a part of it may not.
 */
export async function copyGroup(
  database: Database,
  kind: SourceKind,
  family: Family,
  parameters: Omit<ParametersOf<(typeof copyTexts)[keyof typeof copyTexts]>, 'legacy'>,
): Promise<CopiedGroup | null> {
  const [row] = await copyTexts[kind].all<CopiedGroup>(database, { ...parameters, ...isLegacy(family) });
  return row ?? null;
}

const whySourceText = statement(
  'groups.why-not-from-snapshot',
  `SELECT r.status, '' AS obstacles FROM group_snapshots r WHERE r.id = :source::uuid AND ${inProject}`,
);

/** The status of a group snapshot that may not be copied; null when there is none. */
export async function whyNotFromSnapshot(
  database: Database,
  family: Family,
  parameters: { source: string; project: string },
): Promise<{ status: string; obstacles: string } | null> {
  const all = { ...parameters, ...isLegacy(family) };
  const [row] = await whySourceText.all<{ status: string; obstacles: string }>(database, all);
  return row ?? null;
}
