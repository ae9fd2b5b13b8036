import { type GroupSnapshotRow, groupSnapshotMachine } from '../../schema/groups.ts';
import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';

/** A snapshot of a group: id and name in lists, the rest in show and /detail. */
export const groupSnapshotView = view<GroupSnapshotRow>({
  id: field(is.uuid, (row) => row.id),
  name: field(is.orNull(is.text), (row) => row.name),
  group_id: field(is.uuid, (row) => row.group_id, { in: 'detail' }),
  group_type_id: field(is.uuid, (row) => row.group_type_id, { in: 'detail' }),
  status: field(is.among(groupSnapshotMachine.states), (row) => row.status, { in: 'detail' }),
  created_at: field(is.moment, (row) => time(row.created_at), { in: 'detail' }),
  description: field(is.orNull(is.text), (row) => row.description, { in: 'detail' }),
  project_id: field(is.text, (row) => row.project_id, {
    in: 'detail',
    since: '3.58',
    policy: 'group:group_snapshot_project_attribute',
  }),
});
