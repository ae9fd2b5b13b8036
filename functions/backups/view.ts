import type { BackupRow } from '../../schema/backups.ts';
import { time, view } from '../http/view.ts';

const projectRule = 'backup:backup_project_attribute';

/** A backup: as a summary in lists, and as create, update and import answer it; with details in show and /detail. */
export const backupView = view<BackupRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  links: (row, look) => look.links.of('backups', row.id),
  status: { in: 'detail', get: (row) => row.status },
  size: { in: 'detail', get: (row) => row.size_gib },
  object_count: { in: 'detail', get: (row) => row.object_count },
  availability_zone: { in: 'detail', get: (row) => row.availability_zone },
  container: { in: 'detail', get: (row) => row.container },
  created_at: { in: 'detail', get: (row) => time(row.created_at) },
  updated_at: { in: 'detail', get: (row) => time(row.updated_at) },
  description: { in: 'detail', get: (row) => row.description },
  fail_reason: { in: 'detail', get: (row) => row.fail_reason },
  volume_id: { in: 'detail', get: (row) => row.volume_id },
  is_incremental: { in: 'detail', get: (row) => row.parent_id !== null },
  has_dependent_backups: { in: 'detail', get: (row) => row.has_dependents },
  snapshot_id: { in: 'detail', get: (row) => row.snapshot_id },
  data_timestamp: { in: 'detail', get: (row) => time(row.data_timestamp) },
  'os-backup-project-attr:project_id': {
    in: 'detail',
    since: '3.18',
    policy: projectRule,
    get: (row) => row.project_id,
  },
  metadata: { in: 'detail', since: '3.43', get: (row) => JSON.parse(row.metadata) },
  user_id: { in: 'detail', since: '3.56', policy: projectRule, get: (row) => row.user_id },
  encryption_key_id: { in: 'detail', since: '3.64', get: (row) => row.encryption_key_id ?? undefined },
});
