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

export const absentSnapshot = (id: string) => `Snapshot ${id} could not be found.`;

export const snapshotList: ListSpec = {
  collection: 'snapshots',
  linkKey: 'snapshots_links',
  counts: true,
  absent: absentSnapshot,
  sortKeys: {
    ...rowKeys,
    name: { ...nullableTextKey('r.name'), since: '3.30' },
    display_name: nullableTextKey('r.name'),
    description: nullableTextKey('r.description'),
    display_description: nullableTextKey('r.description'),
    status: textKey('r.status'),
    progress: nullableTextKey('r.progress'),
    size: { column: 'r.size_gib', type: 'int' },
    volume_size: { column: 'r.size_gib', type: 'int' },
    volume_id: { column: 'r.volume_id', type: 'uuid' },
    volume_type_id: { column: 'r.volume_type_id', type: 'uuid', nullable: true },
    group_snapshot_id: { column: 'r.group_snapshot_id', type: 'uuid', nullable: true },
    ...ownerKeys,
  },
  filters: {
    name: nameFilter,
    display_name: nameFilter,
    status: { ...wordFilter('r.status'), ordered: true },
    volume_id: { kind: 'uuid', column: 'r.volume_id', ordered: true },
    metadata: { kind: 'json', column: 'r.metadata', since: '3.22' },
    availability_zone: textFilter('(SELECT v.availability_zone FROM volumes v WHERE v.id = r.volume_id)'),
    consumes_quota: { kind: 'boolean', column: 'r.consumes_quota', since: '3.65' },
    description: { ...textFilter('r.description'), like: true, admin: true },
    display_description: { ...textFilter('r.description'), like: true, admin: true },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    ...ownerFilters,
    volume_size: { kind: 'int', column: 'r.size_gib', admin: true },
    volume_type_id: { kind: 'uuid', column: 'r.volume_type_id', admin: true },
    group_snapshot_id: { kind: 'uuid', column: 'r.group_snapshot_id', admin: true },
    progress: { ...textFilter('r.progress'), raw: true, admin: true },
    host: {
      kind: 'text',
      column: '(SELECT v.host FROM volumes v WHERE v.id = r.volume_id)',
      raw: true,
      admin: true,
    },
  },
};
