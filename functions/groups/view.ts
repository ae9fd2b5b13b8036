import type { GroupRow } from '../../schema/groups.ts';
import { time, view } from '../http/view.ts';

/** A group: id and name in lists and answers to changes, the rest in show and /detail. */
export const groupView = view<GroupRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  status: { in: 'detail', get: (row) => row.status },
  availability_zone: { in: 'detail', get: (row) => row.availability_zone },
  created_at: { in: 'detail', get: (row) => time(row.created_at) },
  description: { in: 'detail', get: (row) => row.description },
  group_type: { in: 'detail', get: (row) => row.group_type_id },
  volume_types: { in: 'detail', get: (row) => JSON.parse(row.volume_types) },
  group_snapshot_id: { in: 'detail', since: '3.14', get: (row) => row.group_snapshot_id },
  source_group_id: { in: 'detail', since: '3.14', get: (row) => row.source_group_id },
  // From 3.25, and only when the request asked for them.
  volumes: { in: 'detail', get: (row) => (row.volumes === null ? undefined : JSON.parse(row.volumes)) },
  replication_status: { in: 'detail', since: '3.38', get: (row) => row.replication_status },
  project_id: {
    in: 'detail',
    since: '3.58',
    policy: 'group:group_project_attribute',
    get: (row) => row.project_id,
  },
});
