// The backup: its row and its machine.
import { copied } from './copies.ts';
import { machine } from './machine.ts';

/** A backup's row as statements return it: times as text in UTC, JSON as text. */
export interface BackupRow {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly volume_id: string;
  readonly snapshot_id: string | null;
  readonly parent_id: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly container: string | null;
  readonly availability_zone: string | null;
  readonly size_gib: number;
  readonly object_count: number;
  readonly status: string;
  readonly fail_reason: string | null;
  readonly metadata: string;
  readonly encryption_key_id: string | null;
  readonly bootable: boolean;
  readonly location: string | null;
  readonly has_dependents: boolean;
  readonly data_timestamp: string;
  readonly created_at: string;
  readonly updated_at: string | null;
}

/** The container of backups that do not name one. */
export const defaultContainer = 'volumebackups';

/** Extra time for a copy, on top of the machine's seconds: a minute per GiB, which assumes at least 17 MiB/s. */
export const copySecondsPerGiB = 60;

export const backupMachine = machine({
  resource: 'backup',
  table: 'backups',
  states: {
    creating: 'busy',
    available: 'stable',
    deleting: 'busy',
    deleted: 'stable',
    restoring: 'busy',
    error: 'error',
    error_deleting: 'error',
  },
  resettable: ['available', 'error'],
  obstacles: {
    copied,
    dependents: { sql: 'r.dependent_count > 0', says: 'incremental backups exist for it' },
  },
  moves: {
    create: {
      from: 'nothing',
      via: 'creating',
      ok: 'available',
      fail: 'error',
      within: 3600,
      work: 'backup.create',
      step: 'create',
      lane: 'long',
    },
    // Created from the record of another backup: the worker only checks that the data is there.
    import: {
      from: 'nothing',
      via: 'creating',
      ok: 'available',
      fail: 'error',
      within: 3600,
      work: 'backup.create',
      step: 'import',
      lane: 'long',
    },
    // A volume is being created from it.
    fill_volume: {
      from: ['available'],
      via: 'restoring',
      ok: 'available',
      fail: 'available',
      within: 3600,
      work: 'volume.create',
      step: 'schedule',
      refusal: 'Invalid backup: Backup status must be available',
    },
    // The parent of an incremental backup: its status stays, its dependent_count goes up.
    parent: {
      from: ['available'],
      ok: 'previous',
      refusal:
        'Invalid backup: The parent backup must be available for incremental backup. Backup {id} is in status {status}.',
    },
    // A failed restore does not harm the backup: only the volume becomes an error.
    restore: {
      from: ['available'],
      via: 'restoring',
      ok: 'available',
      fail: 'available',
      within: 3600,
      work: 'backup.restore',
      step: 'restore',
      lane: 'long',
      refusal: 'Invalid backup: Backup status must be available',
    },
    delete: {
      from: ['available', 'error'],
      via: 'deleting',
      ok: 'gone',
      fail: 'error_deleting',
      unless: ['dependents', 'copied'],
      within: 3600,
      work: 'backup.delete',
      step: 'delete',
      refusal: 'Invalid backup: Backup status must be available or error',
    },
    force_delete: {
      from: 'any',
      via: 'deleting',
      ok: 'gone',
      fail: 'error_deleting',
      unless: ['dependents', 'copied'],
      within: 3600,
      work: 'backup.delete',
      step: 'delete',
      refusal: 'Invalid backup: Incremental backups exist for this backup.',
    },
    reset_status: { from: 'any', ok: 'asked' },
  },
});
