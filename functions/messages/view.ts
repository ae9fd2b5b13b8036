import { messageText } from '../../schema/codes.ts';
import { time, view } from '../http/view.ts';
import type { MessageRow } from './store.ts';

/** A user message: what was being done, what came of it, and to what. */
export const messageView = view<MessageRow>({
  id: (row) => row.id,
  event_id: (row) => row.event_id,
  user_message: (row) => messageText(row.action_id, row.detail_id),
  message_level: (row) => row.message_level,
  created_at: (row) => time(row.created_at),
  guaranteed_until: (row) => time(row.expires_at),
  request_id: (row) => row.request_id,
  links: (row, look) => look.links.of('messages', row.id),
  resource_type: (row) => row.resource_type ?? undefined,
  resource_uuid: (row) => row.resource_uuid ?? undefined,
});
