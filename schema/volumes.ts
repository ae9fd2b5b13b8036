// The volume: its row, its machine, and how it counts.
import { copied } from './copies.ts';
import { machine } from './machine.ts';
import { volumeMoves } from './volume-moves.ts';

/** A volume's row as statements return it: times as text in UTC, JSON as text. */
export interface VolumeRow {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly size_gib: number;
  readonly status: string;
  readonly attach_status: string;
  readonly migration_status: string | null;
  readonly availability_zone: string | null;
  readonly host: string | null;
  readonly volume_type_id: string | null;
  readonly volume_type_name: string | null;
  readonly snapshot_id: string | null;
  readonly source_volid: string | null;
  readonly group_id: string | null;
  readonly consistencygroup_id: string | null;
  readonly bootable: boolean;
  readonly multiattach: boolean;
  readonly encryption_key_id: string | null;
  readonly replication_status: string | null;
  readonly metadata: string;
  readonly admin_metadata: string;
  readonly image_metadata: string | null;
  readonly provider_id: string | null;
  /** The id under which its back end knows it, if it differs. */
  readonly name_id: string | null;
  readonly service_uuid: string | null;
  readonly shared_targets: boolean | null;
  readonly cluster_name: string | null;
  readonly consumes_quota: boolean;
  readonly created_at: string;
  readonly updated_at: string | null;
  /** The attached attachments as a JSON array, or null when there are none. */
  readonly attachments: string | null;
}

export const volumeMachine = machine({
  resource: 'volume',
  table: 'volumes',
  states: {
    creating: 'busy',
    available: 'stable',
    deleting: 'busy',
    error: 'error',
    error_deleting: 'error',
    error_managing: 'error',
    managing: 'busy',
    unmanaging: 'busy',
    error_unmanaging: 'error',
    attaching: 'busy',
    'in-use': 'stable',
    detaching: 'busy',
    maintenance: 'stable',
    'restoring-backup': 'busy',
    error_restoring: 'error',
    reserved: 'stable',
    'awaiting-transfer': 'stable',
    'backing-up': 'busy',
    'error_backing-up': 'error',
    error_extending: 'error',
    downloading: 'busy',
    uploading: 'busy',
    retyping: 'busy',
    extending: 'busy',
    reverting: 'busy',
  },
  resettable: [
    'creating',
    'available',
    'error',
    'error_managing',
    'managing',
    'attaching',
    'in-use',
    'maintenance',
    'restoring-backup',
    'error_restoring',
    'reserved',
    'awaiting-transfer',
    'backing-up',
    'error_backing-up',
    'error_extending',
    'downloading',
    'uploading',
    'retyping',
    'extending',
  ],
  attachments: ['available', 'reserved', 'attaching', 'in-use', 'detaching'],
  obstacles: {
    attached: { sql: `r.attach_status = 'attached'`, says: 'it is attached' },
    migrating: {
      sql: `r.migration_status IS NOT NULL AND r.migration_status NOT IN ('none', 'deleting', 'error', 'success')`,
      says: 'it is migrating',
    },
    grouped: { sql: 'r.group_id IS NOT NULL', says: 'it belongs to a group' },
    snapshots: { sql: 'r.snapshot_count > 0', says: 'it has snapshots' },
    unready_snapshots: {
      sql: `EXISTS (SELECT 1 FROM snapshots s WHERE s.volume_id = r.id
        AND (s.status NOT IN ('available', 'error', 'deleting') OR s.group_snapshot_id IS NOT NULL))`,
      says: 'it has snapshots that cannot be deleted now',
    },
    copied,
    // Copies of its snapshots, and snapshots that stayed with the project that gave the volume away.
    copied_snapshots: {
      sql: 'EXISTS (SELECT 1 FROM snapshots s WHERE s.volume_id = r.id AND s.copies > 0)',
      says: 'a copy is being made from a snapshot of it',
      refusal: 'Invalid volume: It cannot be deleted now: a copy is being made from a snapshot of it.',
    },
    foreign_snapshots: {
      sql: 'EXISTS (SELECT 1 FROM snapshots s WHERE s.volume_id = r.id AND s.project_id <> r.project_id)',
      says: 'snapshots of it belong to another project',
      refusal: 'Invalid volume: It cannot be deleted with its snapshots: some of them belong to another project.',
    },
    replicated: {
      sql: `COALESCE(r.replication_status, 'disabled') NOT IN ('disabled', 'not-capable')`,
      says: 'it is replicated',
    },
    unplaced: { sql: 'r.host IS NULL', says: 'no back end has been chosen for it' },
    not_larger: { sql: 'r.size_gib >= :new_size::int', says: 'the new size is not larger' },
    // What a transfer leaves behind or cannot take: the request sets `:no_snapshots` and `:allows_encrypted`.
    encrypted: {
      sql: 'r.encryption_key_id IS NOT NULL AND NOT :allows_encrypted::boolean',
      says: 'it is encrypted',
    },
    has_key: { sql: 'r.encryption_key_id IS NOT NULL', says: 'it is encrypted' },
    encrypted_snapshots: {
      sql: 'r.encryption_key_id IS NOT NULL AND :no_snapshots::boolean AND r.snapshot_count > 0',
      says: 'it is encrypted and its snapshots would stay',
    },
    transfer_snapshots: {
      sql: `NOT :no_snapshots::boolean AND EXISTS (SELECT 1 FROM snapshots s WHERE s.volume_id = r.id
        AND s.project_id = r.project_id AND (s.status <> 'available' OR s.group_snapshot_id IS NOT NULL))`,
      says: 'it has snapshots that are not available',
    },
    frozen: {
      sql: `EXISTS (SELECT 1 FROM services f WHERE f.frozen AND f.binary = 'cinder-volume'
        AND f.host = split_part(r.host, '#', 1))`,
      says: 'its back end is frozen',
    },
  },
  moves: volumeMoves,
});

export type VolumeMove = keyof (typeof volumeMachine)['moves'];

/** What clients see for statuses that are internal to the service. */
export const shownStatus: Readonly<Record<string, string>> = {
  managing: 'creating',
  error_managing: 'error',
  error_managing_deleting: 'deleting',
};
