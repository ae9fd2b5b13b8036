import type { ListFilter } from '../http/filters.ts';
import type { ListSpec, SortKey } from '../http/list.ts';

export const absentGroupSnapshot = (id: string) => `Group snapshot ${id} could not be found.`;

const nullableText = (column: string): SortKey => ({ column, type: 'text', nullable: true });
const own = (column: string): ListFilter => ({ kind: 'text', column });
const word = (column: string): ListFilter => ({ kind: 'text', column, wordsIn: 'lower' });

export const groupSnapshotList: ListSpec = {
  collection: 'group_snapshots',
  linkKey: 'group_snapshot_links',
  absent: absentGroupSnapshot,
  pagingSince: '3.29',
  sortKeys: {
    id: { column: 'r.id', type: 'uuid' },
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    updated_at: { column: 'r.updated_at', type: 'timestamptz', nullable: true },
    name: nullableText('r.name'),
    description: nullableText('r.description'),
    status: { column: 'r.status', type: 'text' },
    group_id: { column: 'r.group_id', type: 'uuid' },
    group_type_id: { column: 'r.group_type_id', type: 'uuid' },
    user_id: { column: 'r.user_id', type: 'text' },
    project_id: { column: 'r.project_id', type: 'text' },
  },
  filters: {
    name: { kind: 'text', column: 'r.name', raw: true, like: true, since: '3.29' },
    status: { ...word('r.status'), since: '3.29' },
    group_id: { kind: 'uuid', column: 'r.group_id', since: '3.29' },
    description: { ...own('r.description'), like: true, admin: true, since: '3.29' },
    id: { kind: 'uuid', column: 'r.id', admin: true, since: '3.29' },
    group_type_id: { kind: 'uuid', column: 'r.group_type_id', admin: true, since: '3.29' },
    project_id: { ...own('r.project_id'), raw: true, admin: true, since: '3.29' },
    tenant_id: { ...own('r.project_id'), raw: true, admin: true, since: '3.29' },
    user_id: { ...own('r.user_id'), raw: true, admin: true, since: '3.29' },
  },
};
