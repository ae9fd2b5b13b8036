import type { ListFilter } from '../http/filters.ts';
import type { ListSpec, SortKey } from '../http/list.ts';

export const absentGroup = (id: string) => `Group ${id} could not be found.`;

const nullableText = (column: string): SortKey => ({ column, type: 'text', nullable: true });
const own = (column: string): ListFilter => ({ kind: 'text', column });
const word = (column: string): ListFilter => ({ kind: 'text', column, wordsIn: 'lower' });

export const groupList: ListSpec = {
  collection: 'groups',
  linkKey: 'group_links',
  absent: absentGroup,
  own: ['list_volume'],
  sortKeys: {
    id: { column: 'r.id', type: 'uuid' },
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    updated_at: { column: 'r.updated_at', type: 'timestamptz', nullable: true },
    name: nullableText('r.name'),
    description: nullableText('r.description'),
    status: { column: 'r.status', type: 'text' },
    availability_zone: nullableText('r.availability_zone'),
    group_type_id: { column: 'r.group_type_id', type: 'uuid' },
    user_id: { column: 'r.user_id', type: 'text' },
    project_id: { column: 'r.project_id', type: 'text' },
  },
  filters: {
    name: { kind: 'text', column: 'r.name', raw: true, like: true, ordered: true },
    description: { ...own('r.description'), like: true, admin: true },
    status: { ...word('r.status'), admin: true },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    availability_zone: { ...own('r.availability_zone'), admin: true },
    group_type_id: { kind: 'uuid', column: 'r.group_type_id', admin: true },
    group_snapshot_id: { kind: 'uuid', column: 'r.group_snapshot_id', admin: true },
    source_group_id: { kind: 'uuid', column: 'r.source_group_id', admin: true },
    project_id: { ...own('r.project_id'), raw: true, admin: true },
    tenant_id: { ...own('r.project_id'), raw: true, admin: true },
    user_id: { ...own('r.user_id'), raw: true, admin: true },
  },
};
