import { type GroupRow, groupMachine } from '../../schema/groups.ts';
import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';

/** A consistency group: id and name in lists, the rest in show and /detail. */
export const consistencyGroupView = view<GroupRow>({
  id: field(is.uuid, (row) => row.id),
  name: field(is.orNull(is.text), (row) => row.name),
  status: field(is.among(groupMachine.states), (row) => row.status, { in: 'detail' }),
  availability_zone: field(is.orNull(is.text), (row) => row.availability_zone, { in: 'detail' }),
  created_at: field(is.moment, (row) => time(row.created_at), { in: 'detail' }),
  description: field(is.orNull(is.text), (row) => row.description, { in: 'detail' }),
  volume_types: field(is.listOf(is.uuid), (row) => JSON.parse(row.volume_types), { in: 'detail' }),
});
