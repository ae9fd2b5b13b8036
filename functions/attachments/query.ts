import type { ListSpec, SortKey } from '../http/list.ts';
import { nullableTextKey, rowKeys, textFilter, wordFilter } from '../http/list-columns.ts';

export const absentAttachment = (id: string) => `Attachment ${id} could not be found.`;
export const absentVolume = (id: string) => `Volume ${id} could not be found.`;

const nullable = (column: string, type: SortKey['type'] = 'text'): SortKey => ({ column, type, nullable: true });

export const attachmentList: ListSpec = {
  collection: 'attachments',
  linkKey: null,
  absent: absentAttachment,
  sortKeys: {
    ...rowKeys,
    volume_id: { column: 'r.volume_id', type: 'uuid' },
    instance_uuid: nullable('r.instance_uuid', 'uuid'),
    attached_host: nullableTextKey('r.attached_host'),
    mountpoint: nullableTextKey('r.mountpoint'),
    attach_status: { column: 'r.attach_status', type: 'text' },
    attach_mode: nullableTextKey('r.attach_mode'),
    attached_at: nullable('r.attached_at', 'timestamptz'),
    detached_at: nullable('r.detached_at', 'timestamptz'),
  },
  filters: {
    volume_id: { kind: 'uuid', column: 'r.volume_id', ordered: true },
    status: wordFilter('r.attach_status'),
    attach_status: wordFilter('r.attach_status'),
    instance_id: { kind: 'uuid', column: 'r.instance_uuid' },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    project_id: { ...textFilter('r.project_id'), raw: true, admin: true },
    instance_uuid: { kind: 'uuid', column: 'r.instance_uuid', admin: true },
    attached_host: { ...textFilter('r.attached_host'), raw: true, admin: true },
    mountpoint: { ...textFilter('r.mountpoint'), raw: true, admin: true },
    attach_mode: { ...wordFilter('r.attach_mode'), admin: true },
  },
};
