import type { GroupSnapshotRow } from '../../schema/groups.ts';
import { time, view } from '../http/view.ts';

/** A snapshot of a group: id and name in lists, the rest in show and /detail. */
export const groupSnapshotView = view<GroupSnapshotRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  group_id: { in: 'detail', get: (row) => row.group_id },
  group_type_id: { in: 'detail', get: (row) => row.group_type_id },
  status: { in: 'detail', get: (row) => row.status },
  created_at: { in: 'detail', get: (row) => time(row.created_at) },
  description: { in: 'detail', get: (row) => row.description },
  project_id: {
    in: 'detail',
    since: '3.58',
    policy: 'group:group_snapshot_project_attribute',
    get: (row) => row.project_id,
  },
});
