import type { ListSpec } from '../http/list.ts';
import {
  nameFilter,
  nullableTextKey,
  ownerFilters,
  ownerKeys,
  rowKeys,
  textFilter,
  wordFilter,
} from '../http/list-columns.ts';

export const absentGroup = (id: string) => `Group ${id} could not be found.`;

export const groupList: ListSpec = {
  collection: 'groups',
  linkKey: 'group_links',
  absent: absentGroup,
  own: ['list_volume'],
  sortKeys: {
    ...rowKeys,
    name: nullableTextKey('r.name'),
    description: nullableTextKey('r.description'),
    status: { column: 'r.status', type: 'text' },
    availability_zone: nullableTextKey('r.availability_zone'),
    group_type_id: { column: 'r.group_type_id', type: 'uuid' },
    ...ownerKeys,
  },
  filters: {
    name: nameFilter,
    description: { ...textFilter('r.description'), like: true, admin: true },
    status: { ...wordFilter('r.status'), admin: true },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    availability_zone: { ...textFilter('r.availability_zone'), admin: true },
    group_type_id: { kind: 'uuid', column: 'r.group_type_id', admin: true },
    group_snapshot_id: { kind: 'uuid', column: 'r.group_snapshot_id', admin: true },
    source_group_id: { kind: 'uuid', column: 'r.source_group_id', admin: true },
    ...ownerFilters,
  },
};
