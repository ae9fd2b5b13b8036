import type { ListFilter } from '../http/filters.ts';
import type { ListSpec, SortKey } from '../http/list.ts';

export const absentMessage = (id: string) => `Message ${id} could not be found.`;

const since = '3.5';
const text = (column: string): SortKey => ({ column, type: 'text' });
const own = (column: string): ListFilter => ({ kind: 'text', column, raw: true, since, like: true });
const word = (column: string): ListFilter => ({ ...own(column), wordsIn: 'upper' });

export const messageList: ListSpec = {
  collection: 'messages',
  linkKey: 'messages_links',
  absent: absentMessage,
  pagingSince: since,
  sortKeys: {
    id: { column: 'r.id', type: 'uuid' },
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    expires_at: { column: 'r.expires_at', type: 'timestamptz' },
    project_id: text('r.project_id'),
    request_id: { ...text('r.request_id'), nullable: true },
    resource_type: { ...text('r.resource_type'), nullable: true },
    resource_uuid: { column: 'r.resource_uuid', type: 'uuid', nullable: true },
    event_id: text('r.event_id'),
    action_id: text('r.action_id'),
    detail_id: text('r.detail_id'),
    message_level: text('r.message_level'),
  },
  filters: {
    resource_uuid: { kind: 'uuid', column: 'r.resource_uuid', since },
    resource_type: word('r.resource_type'),
    event_id: word('r.event_id'),
    request_id: own('r.request_id'),
    message_level: word('r.message_level'),
    id: { kind: 'uuid', column: 'r.id', since, admin: true },
    project_id: { ...own('r.project_id'), admin: true },
    action_id: { ...own('r.action_id'), admin: true },
    detail_id: { ...own('r.detail_id'), admin: true },
  },
};
