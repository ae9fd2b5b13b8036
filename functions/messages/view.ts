import { messageText } from '../../schema/codes.ts';
import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';
import type { MessageRow } from './store.ts';

/** A user message: what was being done, what came of it, and to what. */
export const messageView = view<MessageRow>({
  id: field(is.uuid, (row) => row.id),
  event_id: field(is.matching(/^VOLUME_[A-Z_]+_\d{3}_\d{3}$/), (row) => row.event_id),
  user_message: field(is.text, (row) => messageText(row.action_id, row.detail_id)),
  message_level: field(is.text, (row) => row.message_level),
  created_at: field(is.moment, (row) => time(row.created_at)),
  guaranteed_until: field(is.moment, (row) => time(row.expires_at)),
  request_id: field(is.orNull(is.text), (row) => row.request_id),
  links: field(is.links, (row, context) => context.links.of('messages', row.id)),
  resource_type: field(is.optional(is.text), (row) => row.resource_type ?? undefined),
  resource_uuid: field(is.optional(is.uuid), (row) => row.resource_uuid ?? undefined),
});
