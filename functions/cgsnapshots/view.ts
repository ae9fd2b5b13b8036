import type { GroupSnapshotRow } from '../../schema/groups.ts';
import { time, view } from '../http/view.ts';

/** A snapshot of a consistency group: id and name in lists, the rest in show and /detail. */
export const cgsnapshotView = view<GroupSnapshotRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  consistencygroup_id: { in: 'detail', get: (row) => row.group_id },
  status: { in: 'detail', get: (row) => row.status },
  created_at: { in: 'detail', get: (row) => time(row.created_at) },
  description: { in: 'detail', get: (row) => row.description },
});
