import type { ListFilter } from '../http/filters.ts';
import type { ListSpec, SortKey } from '../http/list.ts';

export const absentSnapshot = (id: string) => `Snapshot ${id} could not be found.`;

const text = (column: string): SortKey => ({ column, type: 'text' });
const nullableText = (column: string): SortKey => ({ column, type: 'text', nullable: true });
const own = (column: string): ListFilter => ({ kind: 'text', column });
const word = (column: string): ListFilter => ({ kind: 'text', column, wordsIn: 'lower' });

export const snapshotList: ListSpec = {
  collection: 'snapshots',
  linkKey: 'snapshots_links',
  counts: true,
  absent: absentSnapshot,
  sortKeys: {
    id: { column: 'r.id', type: 'uuid' },
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    updated_at: { column: 'r.updated_at', type: 'timestamptz', nullable: true },
    name: { ...nullableText('r.name'), since: '3.30' },
    display_name: nullableText('r.name'),
    description: nullableText('r.description'),
    display_description: nullableText('r.description'),
    status: text('r.status'),
    progress: nullableText('r.progress'),
    size: { column: 'r.size_gib', type: 'int' },
    volume_size: { column: 'r.size_gib', type: 'int' },
    volume_id: { column: 'r.volume_id', type: 'uuid' },
    volume_type_id: { column: 'r.volume_type_id', type: 'uuid', nullable: true },
    group_snapshot_id: { column: 'r.group_snapshot_id', type: 'uuid', nullable: true },
    user_id: text('r.user_id'),
    project_id: text('r.project_id'),
  },
  filters: {
    name: { kind: 'text', column: 'r.name', raw: true, like: true, ordered: true },
    display_name: { kind: 'text', column: 'r.name', raw: true, like: true, ordered: true },
    status: { ...word('r.status'), ordered: true },
    volume_id: { kind: 'uuid', column: 'r.volume_id', ordered: true },
    metadata: { kind: 'json', column: 'r.metadata', since: '3.22' },
    availability_zone: own('(SELECT v.availability_zone FROM volumes v WHERE v.id = r.volume_id)'),
    consumes_quota: { kind: 'boolean', column: 'r.consumes_quota', since: '3.65' },
    description: { ...own('r.description'), like: true, admin: true },
    display_description: { ...own('r.description'), like: true, admin: true },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    project_id: { ...own('r.project_id'), raw: true, admin: true },
    tenant_id: { ...own('r.project_id'), raw: true, admin: true },
    user_id: { ...own('r.user_id'), raw: true, admin: true },
    volume_size: { kind: 'int', column: 'r.size_gib', admin: true },
    volume_type_id: { kind: 'uuid', column: 'r.volume_type_id', admin: true },
    group_snapshot_id: { kind: 'uuid', column: 'r.group_snapshot_id', admin: true },
    progress: { ...own('r.progress'), raw: true, admin: true },
    host: {
      kind: 'text',
      column: '(SELECT v.host FROM volumes v WHERE v.id = r.volume_id)',
      raw: true,
      admin: true,
    },
  },
};
