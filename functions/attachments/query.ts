import type { ListFilter } from '../http/filters.ts';
import type { ListSpec, SortKey } from '../http/list.ts';

export const absentAttachment = (id: string) => `Attachment ${id} could not be found.`;
export const absentVolume = (id: string) => `Volume ${id} could not be found.`;

const nullable = (column: string, type: SortKey['type'] = 'text'): SortKey => ({ column, type, nullable: true });
const own = (column: string): ListFilter => ({ kind: 'text', column });
const word = (column: string): ListFilter => ({ kind: 'text', column, wordsIn: 'lower' });

export const attachmentList: ListSpec = {
  collection: 'attachments',
  linkKey: null,
  absent: absentAttachment,
  sortKeys: {
    id: { column: 'r.id', type: 'uuid' },
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    updated_at: nullable('r.updated_at', 'timestamptz'),
    volume_id: { column: 'r.volume_id', type: 'uuid' },
    instance_uuid: nullable('r.instance_uuid', 'uuid'),
    attached_host: nullable('r.attached_host'),
    mountpoint: nullable('r.mountpoint'),
    attach_status: { column: 'r.attach_status', type: 'text' },
    attach_mode: nullable('r.attach_mode'),
    attached_at: nullable('r.attached_at', 'timestamptz'),
    detached_at: nullable('r.detached_at', 'timestamptz'),
  },
  filters: {
    volume_id: { kind: 'uuid', column: 'r.volume_id', ordered: true },
    status: word('r.attach_status'),
    attach_status: word('r.attach_status'),
    instance_id: { kind: 'uuid', column: 'r.instance_uuid' },
    id: { kind: 'uuid', column: 'r.id', admin: true },
    project_id: { ...own('r.project_id'), raw: true, admin: true },
    instance_uuid: { kind: 'uuid', column: 'r.instance_uuid', admin: true },
    attached_host: { ...own('r.attached_host'), raw: true, admin: true },
    mountpoint: { ...own('r.mountpoint'), raw: true, admin: true },
    attach_mode: { ...word('r.attach_mode'), admin: true },
  },
};
