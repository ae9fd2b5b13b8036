import type { ListSpec } from '../http/list.ts';
import { nullableTextKey, ownerKeys, rowKeys, textFilter, wordFilter } from '../http/list-columns.ts';

export const absentGroupSnapshot = (id: string) => `Group snapshot ${id} could not be found.`;

export const groupSnapshotList: ListSpec = {
  collection: 'group_snapshots',
  linkKey: 'group_snapshot_links',
  absent: absentGroupSnapshot,
  pagingSince: '3.29',
  sortKeys: {
    ...rowKeys,
    name: nullableTextKey('r.name'),
    description: nullableTextKey('r.description'),
    status: { column: 'r.status', type: 'text' },
    group_id: { column: 'r.group_id', type: 'uuid' },
    group_type_id: { column: 'r.group_type_id', type: 'uuid' },
    ...ownerKeys,
  },
  filters: {
    name: { kind: 'text', column: 'r.name', raw: true, like: true, since: '3.29' },
    status: { ...wordFilter('r.status'), since: '3.29' },
    group_id: { kind: 'uuid', column: 'r.group_id', since: '3.29' },
    description: { ...textFilter('r.description'), like: true, admin: true, since: '3.29' },
    id: { kind: 'uuid', column: 'r.id', admin: true, since: '3.29' },
    group_type_id: { kind: 'uuid', column: 'r.group_type_id', admin: true, since: '3.29' },
    project_id: { ...textFilter('r.project_id'), raw: true, admin: true, since: '3.29' },
    tenant_id: { ...textFilter('r.project_id'), raw: true, admin: true, since: '3.29' },
    user_id: { ...textFilter('r.user_id'), raw: true, admin: true, since: '3.29' },
  },
};
