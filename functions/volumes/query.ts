import type { ListSpec } from '../http/list.ts';
import {
  nameFilter,
  nullableTextKey,
  ownerFilters,
  ownerKeys,
  rowKeys,
  textFilter,
  textKey,
  wordFilter,
} from '../http/list-columns.ts';

export const absentVolume = (id: string) => `Volume ${id} could not be found.`;

export const volumeList: ListSpec = {
  collection: 'volumes',
  linkKey: 'volumes_links',
  counts: true,
  absent: absentVolume,
  sortKeys: {
    ...rowKeys,
    name: nullableTextKey('r.name'),
    display_name: nullableTextKey('r.name'),
    size: { column: 'r.size_gib', type: 'int' },
    status: textKey('r.status'),
    availability_zone: nullableTextKey('r.availability_zone'),
    host: nullableTextKey('r.host'),
    bootable: { column: 'r.bootable', type: 'boolean' },
    ...ownerKeys,
    volume_type_id: { column: 'r.volume_type_id', type: 'uuid', nullable: true },
  },
  filters: {
    name: nameFilter,
    display_name: nameFilter,
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
    migration_status: wordFilter('r.migration_status'),
    availability_zone: { ...textFilter('r.availability_zone'), ordered: true },
    group_id: { kind: 'uuid', column: 'r.group_id', since: '3.10' },
    glance_metadata: { kind: 'json', column: 'r.image_metadata', since: '3.4' },
    size: { kind: 'int', column: 'r.size_gib', ordered: true },
    created_at: { kind: 'time', column: 'r.created_at', since: '3.60' },
    updated_at: { kind: 'time', column: 'r.updated_at', since: '3.60' },
    consumes_quota: { kind: 'boolean', column: 'r.consumes_quota', since: '3.65' },
    description: { ...textFilter('r.description'), like: true, admin: true },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    ...ownerFilters,
    host: { ...textFilter('r.host'), raw: true, admin: true },
    volume_type_id: { kind: 'uuid', column: 'r.volume_type_id', admin: true },
    snapshot_id: { kind: 'uuid', column: 'r.snapshot_id', admin: true },
    source_volid: { kind: 'uuid', column: 'r.source_volid', admin: true },
    attach_status: { ...wordFilter('r.attach_status'), admin: true },
    replication_status: { ...wordFilter('r.replication_status'), admin: true },
    multiattach: { kind: 'boolean', column: 'r.multiattach', strictSince: '3.2', admin: true },
    cluster_name: { ...textFilter('r.cluster_name'), raw: true, admin: true },
  },
};
