import { type GroupRow, groupMachine } from '../../schema/groups.ts';
import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';

/** A group: id and name in lists and answers to changes, the rest in show and /detail. */
export const groupView = view<GroupRow>({
  id: field(is.uuid, (row) => row.id),
  name: field(is.orNull(is.text), (row) => row.name),
  status: field(is.among(groupMachine.states), (row) => row.status, { in: 'detail' }),
  availability_zone: field(is.orNull(is.text), (row) => row.availability_zone, { in: 'detail' }),
  created_at: field(is.moment, (row) => time(row.created_at), { in: 'detail' }),
  description: field(is.orNull(is.text), (row) => row.description, { in: 'detail' }),
  group_type: field(is.uuid, (row) => row.group_type_id, { in: 'detail' }),
  volume_types: field(is.listOf(is.uuid), (row) => JSON.parse(row.volume_types), { in: 'detail' }),
  group_snapshot_id: field(is.orNull(is.uuid), (row) => row.group_snapshot_id, { in: 'detail', since: '3.14' }),
  source_group_id: field(is.orNull(is.uuid), (row) => row.source_group_id, { in: 'detail', since: '3.14' }),
  // From 3.25, and only when the request asked for them.
  volumes: field(
    is.optional(is.since('3.25', is.listOf(is.uuid))),
    (row) => (row.volumes === null ? undefined : JSON.parse(row.volumes)),
    { in: 'detail' },
  ),
  replication_status: field(is.text, (row) => row.replication_status, { in: 'detail', since: '3.38' }),
  project_id: field(is.text, (row) => row.project_id, {
    in: 'detail',
    since: '3.58',
    policy: 'group:group_project_attribute',
  }),
});
