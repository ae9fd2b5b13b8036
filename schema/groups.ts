// Groups of volumes, and snapshots of all their members: rows, machines, and the built-in group types.
import { guard, type Machine, machine, refusal, type Why } from './machine.ts';
import { taken } from './snapshots.ts';
import { volumeMachine } from './volumes.ts';

/** The group type of consistency groups; only the legacy API creates and shows them. */
export const legacyGroupType = '00000000-0000-4000-8000-000000000012';

/** A group spec that asks for something none of our drivers can do: snapshots of all members at one moment. */
export const consistentSpec = 'consistent_group_snapshot_enabled';

export interface GroupTypeRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly is_public: boolean;
  /** A JSON object of strings. */
  readonly group_specs: string;
}

export interface GroupRow {
  readonly id: string;
  readonly project_id: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly status: string;
  readonly availability_zone: string | null;
  readonly group_type_id: string;
  readonly group_snapshot_id: string | null;
  readonly source_group_id: string | null;
  readonly replication_status: string;
  /** The ids of the volume types that members may have, as a JSON array. */
  readonly volume_types: string;
  /** The ids of the members, as a JSON array; null when they were not requested. */
  readonly volumes: string | null;
  readonly created_at: string;
}

export interface GroupSnapshotRow {
  readonly id: string;
  readonly project_id: string;
  readonly group_id: string;
  readonly group_type_id: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly status: string;
  readonly created_at: string;
}

/**
 * The members' part of a deletion, over the alias of a volume. It is evaluated again with the row locked, so no
 * change slips through. `in-use` is not among the states, because a host still writes to such a volume.
 */
export const memberIsDeletable = (v: string) => `${guard(volumeMachine, 'delete_in_group', v)}
    AND ${v}.attach_status <> 'attached' AND ${v}.snapshot_count = 0 AND ${v}.copies = 0
    AND (${v}.migration_status IS NULL OR ${v}.migration_status IN ('none', 'deleting', 'error', 'success'))`;

const member = (condition: string) => `EXISTS (SELECT 1 FROM volumes v WHERE v.group_id = r.id AND ${condition})`;

const frozen = (backend: string) =>
  `EXISTS (SELECT 1 FROM services f WHERE f.frozen AND f."binary" = 'cinder-volume' AND f.host = ${backend})`;

const shared = {
  creating: 'busy',
  available: 'stable',
  deleting: 'busy',
  deleted: 'stable',
  updating: 'busy',
  error: 'error',
  error_deleting: 'error',
} as const;

/** The states and obstacles for deleting a group with all its volumes. */
const withVolumes = ['available', 'error', 'in-use', 'error_deleting', 'creating', 'updating'] as const;
const deletionObstacles = ['group_snapshots', 'attached', 'snapshots', 'copied', 'busy', 'source', 'frozen'];

const deleteRefusal = 'Invalid group: Group {id} cannot be deleted: {obstacles}.';

export const groupMachine = machine({
  resource: 'group',
  table: 'groups',
  states: { ...shared, 'in-use': 'stable' },
  resettable: ['creating', 'available', 'deleting', 'deleted', 'updating', 'in-use', 'error', 'error_deleting'],
  obstacles: {
    volumes: { sql: 'r.volume_count > 0', says: 'it still contains volumes and the delete-volumes flag is not set' },
    empty: { sql: 'r.volume_count = 0', says: 'it is empty' },
    group_snapshots: { sql: 'r.snapshot_count > 0', says: 'it has group snapshots' },
    attached: { sql: member(`v.attach_status = 'attached'`), says: 'a volume in it is attached' },
    snapshots: { sql: member('v.snapshot_count > 0'), says: 'a volume in it has snapshots' },
    copied: { sql: member('v.copies > 0'), says: 'a copy is being made from a volume in it' },
    busy: {
      sql: `(${member(`NOT (${memberIsDeletable('v')}) AND v.attach_status <> 'attached' AND v.snapshot_count = 0 AND v.copies = 0`)}
        OR EXISTS (SELECT 1 FROM volumes v JOIN operations o ON o.resource_id = v.id
          WHERE v.group_id = r.id AND o.status IN ('queued', 'running')))`,
      says: 'something is being done with a volume in it',
    },
    source: {
      sql: `EXISTS (SELECT 1 FROM groups c WHERE c.source_group_id = r.id AND c.status = 'creating')`,
      says: 'another group is being made from it',
    },
    unready: {
      sql: member(`(v.status NOT IN ('available', 'in-use') OR v.host IS NULL OR NOT (v.migration_status IS NULL
        OR v.migration_status IN ('none', 'deleting', 'error', 'success')))`),
      says: 'a volume in it is not available or in-use',
    },
    frozen: { sql: frozen('r.backend'), says: 'its back end is frozen' },
    // Replication: Cinder has a message of its own for each case.
    plain_type: {
      sql: `NOT EXISTS (SELECT 1 FROM group_types t WHERE t.id = r.group_type_id
        AND t.group_specs ->> 'group_replication_enabled' ILIKE '<is> true')`,
      says: 'its type is not for replication',
    },
    plain_volumes: {
      sql: `EXISTS (SELECT 1 FROM volumes v JOIN volume_types t ON t.id = v.volume_type_id
        WHERE v.group_id = r.id AND NOT COALESCE(t.extra_specs ->> 'replication_enabled', '') ILIKE '<is> true')`,
      says: 'the type of a volume in it is not for replication',
    },
    no_targets: {
      sql: `NOT EXISTS (SELECT 1 FROM pools p WHERE p.backend = r.backend
        AND jsonb_array_length(COALESCE(p.capabilities -> 'replication_targets', '[]')) > 0)`,
      says: 'its back end does not replicate',
    },
    // The request sets `:target` and `:allow_attached`.
    unknown_target: {
      sql: `COALESCE(:target::text, 'default') <> 'default' AND NOT EXISTS (SELECT 1 FROM pools p
        WHERE p.backend = r.backend AND p.capabilities -> 'replication_targets' @> jsonb_build_array(:target::text))`,
      says: 'its back end has no such target',
    },
    attached_volumes: {
      sql: `NOT :allow_attached::boolean AND ${member(`v.attach_status = 'attached'`)}` as const,
      says: 'a volume in it is attached',
    },
    not_disabled: {
      sql: `r.replication_status NOT IN ('disabled', 'enabled', 'error')`,
      says: 'its replication status must be disabled or enabled',
    },
    not_enabled: {
      sql: `r.replication_status NOT IN ('enabled', 'error')`,
      says: 'its replication status must be enabled or error',
    },
    not_failable: {
      sql: `r.replication_status NOT IN ('enabled', 'failed-over', 'failover-error')`,
      says: 'its replication status must be enabled or failed-over',
    },
  },
  moves: {
    // Its status stays; replication_status shows the progress.
    enable_replication: {
      from: ['available'],
      ok: 'previous',
      unless: ['plain_type', 'empty', 'plain_volumes', 'no_targets', 'unready', 'not_disabled', 'frozen'],
      within: 600,
      work: 'group.enable_replication',
      step: 'enable_replication',
      refusal: 'Invalid group: Replication of group {id} cannot be enabled: {obstacles}.',
    },
    disable_replication: {
      from: ['available'],
      ok: 'previous',
      unless: ['plain_type', 'empty', 'plain_volumes', 'no_targets', 'unready', 'not_enabled', 'frozen'],
      within: 600,
      work: 'group.disable_replication',
      step: 'disable_replication',
      refusal: 'Invalid group: Replication of group {id} cannot be disabled: {obstacles}.',
    },
    failover_replication: {
      from: ['available'],
      ok: 'previous',
      unless: [
        'plain_type',
        'empty',
        'plain_volumes',
        'no_targets',
        'unknown_target',
        'unready',
        'attached_volumes',
        'not_failable',
        'frozen',
      ],
      within: 3600,
      work: 'group.failover_replication',
      step: 'failover_replication',
      refusal: 'Invalid group: Group {id} cannot be failed over: {obstacles}.',
    },
    // An empty group needs no back end: it is available at once.
    create: { from: 'nothing', ok: 'available' },
    // Its members are created one by one; the last of them settles the group.
    create_from_source: {
      from: 'nothing',
      via: 'creating',
      ok: 'available',
      fail: 'error',
      within: 3600,
      work: 'volume.create',
      step: 'schedule',
    },
    add_volume: {
      from: ['available', 'creating'],
      ok: 'previous',
      refusal: 'Invalid group: Group {id} status must be available or creating, but current status is: {status}.',
    },
    update: {
      from: ['available'],
      ok: 'previous',
      refusal: 'Invalid group: Group {id} status must be available, but current status is: {status}.',
    },
    copy: {
      from: ['available', 'in-use'],
      ok: 'previous',
      unless: ['empty', 'unready'],
      refusal: 'Invalid group: Group {id} cannot be copied: {obstacles}.',
    },
    snapshot: {
      from: ['available', 'in-use', 'error'],
      ok: 'previous',
      unless: ['empty', 'unready', 'frozen'],
      refusal: 'Invalid group: No snapshot of group {id} can be taken: {obstacles}.',
    },
    // Without members nothing is on any back end: it is gone at once.
    delete: {
      from: ['available', 'error'],
      ok: 'gone',
      unless: ['volumes', 'group_snapshots', 'source'],
      refusal: deleteRefusal,
    },
    // With its volumes, when no back end has any of them: also gone at once.
    delete_unplaced: {
      from: withVolumes,
      ok: 'gone',
      unless: deletionObstacles,
      refusal: deleteRefusal,
    },
    delete_with_volumes: {
      from: withVolumes,
      via: 'deleting',
      ok: 'gone',
      fail: 'error',
      unless: deletionObstacles,
      within: 3600,
      work: 'group.delete',
      step: 'delete',
      refusal: deleteRefusal,
    },
    reset_status: { from: 'any', ok: 'asked' },
  },
});

export const groupSnapshotMachine = machine({
  resource: 'group_snapshot',
  table: 'group_snapshots',
  states: shared,
  resettable: ['creating', 'available', 'deleting', 'deleted', 'updating', 'error', 'error_deleting'],
  obstacles: {
    source: {
      sql: `EXISTS (SELECT 1 FROM groups c WHERE c.group_snapshot_id = r.id AND c.status = 'creating')`,
      says: 'a group is being made from it',
    },
    copied: {
      sql: 'EXISTS (SELECT 1 FROM snapshots s WHERE s.group_snapshot_id = r.id AND s.copies > 0)',
      says: 'a copy is being made from a snapshot in it',
    },
    frozen: {
      sql: `EXISTS (SELECT 1 FROM groups g WHERE g.id = r.group_id AND ${frozen('g.backend')})`,
      says: 'its back end is frozen',
    },
  },
  moves: {
    create: { ...taken, work: 'group_snapshot.create' },
    copy: {
      from: ['available'],
      ok: 'previous',
      refusal: 'Invalid group snapshot: Group snapshot {id} status must be available, but current status is: {status}.',
    },
    // Some of its snapshots are already gone, so it is an error and never becomes available again.
    delete: {
      from: ['available', 'error'],
      via: 'deleting',
      ok: 'gone',
      fail: 'error',
      unless: ['source', 'copied', 'frozen'],
      within: 3600,
      work: 'group_snapshot.delete',
      step: 'delete',
      refusal: 'Invalid group snapshot: Group snapshot {id} cannot be deleted: {obstacles}.',
    },
    reset_status: { from: 'any', ok: 'asked' },
  },
});

export type GroupMove = keyof (typeof groupMachine)['moves'];
export type GroupSnapshotMove = keyof (typeof groupSnapshotMachine)['moves'];

/**
 * An id derived from two others, as an SQL expression. The same two always give the same id, so a statement that
 * inserts many rows needs no randomness. A UUID of version 8, whose bits are free to choose.
 */
export function derivedId<const First extends string, const Second extends string>(first: First, second: Second) {
  const digest = `md5(${first} || ${second})` as const;
  return `overlay(overlay(${digest} placing '8' from 13) placing 'a' from 17)::uuid` as const;
}

/**
 * Why a move of a group or group snapshot was refused: its status, or an obstacle; when neither applies any more,
 * that it changed at the same moment.
 */
export function groupRefusal(of: Machine, move: string, why: Why, id: string): string {
  const from = of.moves[move]?.from ?? 'any';
  const isInState = typeof from === 'string' || from.includes(why.status);
  const kind = of.resource.replace('_', ' ');
  if (isInState && why.obstacles === '') {
    return `Invalid ${kind}: The ${kind} ${id} or its volumes changed at the same moment. Try again.`;
  }
  const text = refusal(of, move, why, { id });
  return isInState
    ? text
    : `${text.slice(0, text.indexOf(':'))}: The status of ${kind} ${id} must be ${typeof from === 'string' ? from : from.join(' or ')}, but current status is: ${why.status}.`;
}
