import type { SnapshotRow } from '../../schema/snapshots.ts';
import { time, view } from '../http/view.ts';

const extended = 'volume_extension:extended_snapshot_attributes';

/** What was last written, and else what the status says: a snapshot that came to be is there as a whole. */
function progress(row: SnapshotRow): string {
  if (row.progress !== null) return row.progress;
  return row.status === 'creating' || row.status === 'error' ? '0%' : '100%';
}

/** A snapshot: as a summary in lists, and as create and update answer it; with details in show and /detail. */
export const snapshotView = view<SnapshotRow>({
  id: (row) => row.id,
  created_at: (row) => time(row.created_at),
  updated_at: (row) => time(row.updated_at),
  name: (row) => row.name,
  description: (row) => row.description,
  volume_id: (row) => row.volume_id,
  status: (row) => row.status,
  size: (row) => row.size_gib,
  metadata: (row) => JSON.parse(row.metadata),
  'os-extended-snapshot-attributes:project_id': { in: 'detail', policy: extended, get: (row) => row.project_id },
  'os-extended-snapshot-attributes:progress': { in: 'detail', policy: extended, get: progress },
  group_snapshot_id: { since: '3.14', get: (row) => row.group_snapshot_id },
  user_id: { since: '3.41', get: (row) => row.user_id },
  consumes_quota: { since: '3.65', get: (row) => row.consumes_quota },
});
