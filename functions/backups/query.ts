import type { ListFilter } from '../http/filters.ts';
import type { ListSpec, SortKey } from '../http/list.ts';

export const absentBackup = (id: string) => `Backup ${id} could not be found.`;

const text = (column: string): SortKey => ({ column, type: 'text' });
const nullableText = (column: string): SortKey => ({ column, type: 'text', nullable: true });
const own = (column: string): ListFilter => ({ kind: 'text', column });
const word = (column: string): ListFilter => ({ kind: 'text', column, wordsIn: 'lower' });

export const backupList: ListSpec = {
  collection: 'backups',
  linkKey: 'backups_links',
  counts: true,
  absent: absentBackup,
  sortKeys: {
    id: { column: 'r.id', type: 'uuid' },
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    updated_at: { column: 'r.updated_at', type: 'timestamptz', nullable: true },
    data_timestamp: { column: 'r.data_timestamp', type: 'timestamptz' },
    name: { ...nullableText('r.name'), since: '3.37' },
    display_name: nullableText('r.name'),
    description: nullableText('r.description'),
    status: text('r.status'),
    size: { column: 'r.size_gib', type: 'int' },
    volume_id: { column: 'r.volume_id', type: 'uuid' },
    snapshot_id: { column: 'r.snapshot_id', type: 'uuid', nullable: true },
    availability_zone: nullableText('r.availability_zone'),
    container: nullableText('r.container'),
    user_id: text('r.user_id'),
    project_id: text('r.project_id'),
  },
  filters: {
    name: { kind: 'text', column: 'r.name', raw: true, like: true, ordered: true },
    display_name: { kind: 'text', column: 'r.name', raw: true, like: true, ordered: true },
    status: { ...word('r.status'), ordered: true },
    volume_id: { kind: 'uuid', column: 'r.volume_id' },
    description: { ...own('r.description'), like: true, admin: true },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    project_id: { ...own('r.project_id'), raw: true, admin: true },
    tenant_id: { ...own('r.project_id'), raw: true, admin: true },
    user_id: { ...own('r.user_id'), raw: true, admin: true },
    snapshot_id: { kind: 'uuid', column: 'r.snapshot_id', admin: true },
    parent_id: { kind: 'uuid', column: 'r.parent_id', admin: true },
    size: { kind: 'int', column: 'r.size_gib', admin: true },
    container: { ...own('r.container'), raw: true, admin: true },
    availability_zone: { ...own('r.availability_zone'), admin: true },
    host: { ...own('r.host'), raw: true, admin: true },
  },
};
