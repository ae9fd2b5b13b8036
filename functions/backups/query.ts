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

export const absentBackup = (id: string) => `Backup ${id} could not be found.`;

export const backupList: ListSpec = {
  collection: 'backups',
  linkKey: 'backups_links',
  counts: true,
  absent: absentBackup,
  sortKeys: {
    ...rowKeys,
    data_timestamp: { column: 'r.data_timestamp', type: 'timestamptz' },
    name: { ...nullableTextKey('r.name'), since: '3.37' },
    display_name: nullableTextKey('r.name'),
    description: nullableTextKey('r.description'),
    status: textKey('r.status'),
    size: { column: 'r.size_gib', type: 'int' },
    volume_id: { column: 'r.volume_id', type: 'uuid' },
    snapshot_id: { column: 'r.snapshot_id', type: 'uuid', nullable: true },
    availability_zone: nullableTextKey('r.availability_zone'),
    container: nullableTextKey('r.container'),
    ...ownerKeys,
  },
  filters: {
    name: nameFilter,
    display_name: nameFilter,
    status: { ...wordFilter('r.status'), ordered: true },
    volume_id: { kind: 'uuid', column: 'r.volume_id' },
    description: { ...textFilter('r.description'), like: true, admin: true },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    ...ownerFilters,
    snapshot_id: { kind: 'uuid', column: 'r.snapshot_id', admin: true },
    parent_id: { kind: 'uuid', column: 'r.parent_id', admin: true },
    size: { kind: 'int', column: 'r.size_gib', admin: true },
    container: { ...textFilter('r.container'), raw: true, admin: true },
    availability_zone: { ...textFilter('r.availability_zone'), admin: true },
    host: { ...textFilter('r.host'), raw: true, admin: true },
  },
};
