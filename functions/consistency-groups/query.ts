import { groupList } from '../groups/store.ts';
import type { ListSpec } from '../http/list.ts';

export const consistencyGroupList: ListSpec = {
  ...groupList,
  collection: 'consistencygroups',
  linkKey: 'consistencygroup_links',
  own: [],
};
