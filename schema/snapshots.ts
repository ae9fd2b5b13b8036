// The snapshot: its row and its machine.
import { copied } from './copies.ts';
import { machine } from './machine.ts';

export interface SnapshotRow {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly volume_id: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly size_gib: number;
  readonly status: string;
  /** The progress that was last written; null when none was. */
  readonly progress: string | null;
  readonly metadata: string;
  readonly group_snapshot_id: string | null;
  readonly consumes_quota: boolean;
  readonly created_at: string;
  readonly updated_at: string | null;
}

/** How a snapshot is taken, alone or with a group. */
export const taken = {
  from: 'nothing',
  via: 'creating',
  ok: 'available',
  fail: 'error',
  within: 3600,
  step: 'create',
} as const;

export const snapshotMachine = machine({
  resource: 'snapshot',
  table: 'snapshots',
  states: {
    creating: 'busy',
    available: 'stable',
    deleting: 'busy',
    deleted: 'stable',
    error: 'error',
    error_deleting: 'error',
    updating: 'busy',
    unmanaging: 'busy',
    'backing-up': 'busy',
    restoring: 'busy',
  },
  resettable: [
    'creating',
    'available',
    'deleting',
    'deleted',
    'error',
    'error_deleting',
    'updating',
    'unmanaging',
    'backing-up',
    'restoring',
  ],
  obstacles: {
    copied,
    grouped: { sql: 'r.group_snapshot_id IS NOT NULL', says: 'it is part of a group snapshot' },
    frozen: {
      sql: `EXISTS (SELECT 1 FROM volumes w JOIN services f ON f.host = split_part(w.host, '#', 1)
        WHERE w.id = r.volume_id AND f.frozen AND f."binary" = 'cinder-volume')`,
      says: 'its back end is frozen',
    },
  },
  moves: {
    create: { ...taken, work: 'snapshot.create' },
    // Part of a snapshot of a whole group.
    create_in_group: { ...taken, work: 'group_snapshot.create' },
    // Adopted from an object that is already on the back end; and released, with its bytes.
    manage: {
      from: 'nothing',
      via: 'creating',
      ok: 'available',
      fail: 'error',
      within: 600,
      work: 'snapshot.manage',
      step: 'adopt',
    },
    unmanage: {
      from: ['available', 'error'],
      via: 'unmanaging',
      ok: 'gone',
      fail: 'error_deleting',
      unless: ['grouped', 'frozen', 'copied'],
      within: 600,
      work: 'snapshot.unmanage',
      step: 'unmanage',
      refusal: 'Invalid snapshot: Snapshot status must be available or error and must not be part of a group.',
    },
    // Its volume is being reverted to it.
    revert: {
      from: ['available'],
      via: 'restoring',
      ok: 'available',
      fail: 'available',
      within: 3600,
      work: 'volume.revert',
      step: 'revert',
      lane: 'long',
      refusal: 'Snapshot {id} status must be available to revert, but the current status is {status}.',
    },
    // The source of a new volume: its status stays.
    copy: {
      from: ['available'],
      ok: 'previous',
      refusal: "Invalid snapshot: Originating snapshot status must be one of 'available' values",
    },
    // A backup is being made from it.
    backup: {
      from: ['available'],
      via: 'backing-up',
      ok: 'available',
      fail: 'available',
      within: 3600,
      work: 'backup.create',
      step: 'create',
      lane: 'long',
      refusal: 'Invalid snapshot: Snapshot to be backed up must be available, but the current status is "{status}".',
    },
    delete: {
      from: ['available', 'error'],
      via: 'deleting',
      ok: 'gone',
      fail: 'error_deleting',
      unless: ['grouped', 'frozen', 'copied'],
      within: 600,
      busy: 'previous',
      work: 'snapshot.delete',
      step: 'delete',
      refusal: 'Invalid snapshot: Snapshot status must be available or error and must not be part of a group.',
    },
    force_delete: {
      from: 'any',
      via: 'deleting',
      ok: 'gone',
      fail: 'error_deleting',
      unless: ['grouped', 'frozen', 'copied'],
      within: 600,
      busy: 'previous',
      work: 'snapshot.delete',
      step: 'delete',
      refusal: 'Invalid snapshot: Snapshot must not be part of a group.',
    },
    // With its volume, or with all snapshots of its group snapshot.
    delete_cascade: {
      from: 'any',
      via: 'deleting',
      ok: 'gone',
      fail: 'error_deleting',
      busy: 'previous',
      within: 600,
      work: 'volume.delete',
      step: 'delete',
    },
    delete_in_group: {
      from: 'any',
      via: 'deleting',
      ok: 'gone',
      fail: 'error_deleting',
      within: 3600,
      work: 'group_snapshot.delete',
      step: 'delete',
    },
    // Gone at once: its volume was never on a back end.
    vanish: { from: 'any', ok: 'gone' },
    // The status reported by a hypervisor that takes the snapshot itself.
    report_available: { from: ['creating'], ok: 'available' },
    report_error: { from: ['creating'], ok: 'error' },
    report_error_deleting: { from: ['deleting'], ok: 'error_deleting' },
    reset_status: { from: 'any', ok: 'asked' },
  },
});

export type SnapshotMove = keyof (typeof snapshotMachine)['moves'];
