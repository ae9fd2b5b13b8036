import { type GroupSnapshotRow, groupSnapshotMachine } from '../../schema/groups.ts';
import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';

/** A snapshot of a consistency group: id and name in lists, the rest in show and /detail. */
export const cgsnapshotView = view<GroupSnapshotRow>({
  id: field(is.uuid, (row) => row.id),
  name: field(is.orNull(is.text), (row) => row.name),
  consistencygroup_id: field(is.uuid, (row) => row.group_id, { in: 'detail' }),
  status: field(is.among(groupSnapshotMachine.states), (row) => row.status, { in: 'detail' }),
  created_at: field(is.moment, (row) => time(row.created_at), { in: 'detail' }),
  description: field(is.orNull(is.text), (row) => row.description, { in: 'detail' }),
});
