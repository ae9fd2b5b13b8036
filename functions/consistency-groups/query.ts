import { groupList } from '../groups/store.ts';
import type { ListSpec } from '../http/list.ts';

export const consistencyGroupList: ListSpec = {
  ...groupList,
  collection: 'consistencygroups',
  linkKey: 'consistencygroup_links',
  own: [],
  // As in Cinder: this list has no filters, and what would be one is dropped.
  filters: {},
  lenient: true,
};
