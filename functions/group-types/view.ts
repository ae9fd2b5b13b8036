import type { GroupTypeRow } from '../../schema/groups.ts';
import { view } from '../http/view.ts';

export const groupTypeView = view<GroupTypeRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  description: (row) => row.description,
  is_public: (row) => row.is_public,
  group_specs: { policy: 'group:access_group_types_specs', get: (row) => JSON.parse(row.group_specs) },
});
