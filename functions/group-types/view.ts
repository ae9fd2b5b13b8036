import type { GroupTypeRow } from '../../schema/groups.ts';
import * as is from '../http/answer-types.ts';
import { field, view } from '../http/view.ts';

export const groupTypeView = view<GroupTypeRow>({
  id: field(is.uuid, (row) => row.id),
  name: field(is.text, (row) => row.name),
  description: field(is.orNull(is.text), (row) => row.description),
  is_public: field(is.boolean, (row) => row.is_public),
  group_specs: field(is.texts, (row) => JSON.parse(row.group_specs), { policy: 'group:access_group_types_specs' }),
});
