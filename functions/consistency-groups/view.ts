import type { GroupRow } from '../../schema/groups.ts';
import { time, view } from '../http/view.ts';

/** A consistency group: id and name in lists, the rest in show and /detail. */
export const consistencyGroupView = view<GroupRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  status: { in: 'detail', get: (row) => row.status },
  availability_zone: { in: 'detail', get: (row) => row.availability_zone },
  created_at: { in: 'detail', get: (row) => time(row.created_at) },
  description: { in: 'detail', get: (row) => row.description },
  volume_types: { in: 'detail', get: (row) => JSON.parse(row.volume_types) },
});
