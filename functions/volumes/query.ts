import type { ListFilter } from '../http/filters.ts';
import type { ListSpec, SortKey } from '../http/list.ts';

export const absentVolume = (id: string) => `Volume ${id} could not be found.`;

const text = (column: string, nullable = true): SortKey => ({
  column,
  type: 'text',
  ...(nullable ? { nullable: true } : {}),
});

const own = (column: string): ListFilter => ({ kind: 'text', column });
const word = (column: string): ListFilter => ({ kind: 'text', column, wordsIn: 'lower' });

export const volumeList: ListSpec = {
  collection: 'volumes',
  linkKey: 'volumes_links',
  counts: true,
  absent: absentVolume,
  sortKeys: {
    id: { column: 'r.id', type: 'uuid' },
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    updated_at: { column: 'r.updated_at', type: 'timestamptz', nullable: true },
    name: text('r.name'),
    display_name: text('r.name'),
    size: { column: 'r.size_gib', type: 'int' },
    status: text('r.status', false),
    availability_zone: text('r.availability_zone'),
    host: text('r.host'),
    bootable: { column: 'r.bootable', type: 'boolean' },
    user_id: text('r.user_id', false),
    project_id: text('r.project_id', false),
    volume_type_id: { column: 'r.volume_type_id', type: 'uuid', nullable: true },
  },
  filters: {
    name: { kind: 'text', column: 'r.name', raw: true, like: true, ordered: true },
    display_name: { kind: 'text', column: 'r.name', raw: true, like: true, ordered: true },
    status: {
      kind: 'text',
      column: 'r.status',
      wordsIn: 'lower',
      ordered: true,
      // What is shown under another word is found under that word.
      words: {
        creating: ['creating', 'managing'],
        error: ['error', 'error_managing'],
        deleting: ['deleting', 'error_managing_deleting'],
      },
    },
    metadata: { kind: 'json', column: ['r.metadata', 'r.admin_metadata'] },
    bootable: { kind: 'boolean', column: 'r.bootable', strictSince: '3.2', ordered: true },
    migration_status: word('r.migration_status'),
    availability_zone: { ...own('r.availability_zone'), ordered: true },
    group_id: { kind: 'uuid', column: 'r.group_id', since: '3.10' },
    glance_metadata: { kind: 'json', column: 'r.image_metadata', since: '3.4' },
    size: { kind: 'int', column: 'r.size_gib', ordered: true },
    created_at: { kind: 'time', column: 'r.created_at', since: '3.60' },
    updated_at: { kind: 'time', column: 'r.updated_at', since: '3.60' },
    consumes_quota: { kind: 'boolean', column: 'r.consumes_quota', since: '3.65' },
    description: { ...own('r.description'), like: true, admin: true },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    project_id: { ...own('r.project_id'), raw: true, admin: true },
    tenant_id: { ...own('r.project_id'), raw: true, admin: true },
    user_id: { ...own('r.user_id'), raw: true, admin: true },
    host: { ...own('r.host'), raw: true, admin: true },
    volume_type_id: { kind: 'uuid', column: 'r.volume_type_id', admin: true },
    snapshot_id: { kind: 'uuid', column: 'r.snapshot_id', admin: true },
    source_volid: { kind: 'uuid', column: 'r.source_volid', admin: true },
    attach_status: { ...word('r.attach_status'), admin: true },
    replication_status: { ...word('r.replication_status'), admin: true },
    multiattach: { kind: 'boolean', column: 'r.multiattach', strictSince: '3.2', admin: true },
    cluster_name: { ...own('r.cluster_name'), raw: true, admin: true },
  },
};
