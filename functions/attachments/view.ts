import type { AttachmentRow } from '../../schema/attachments.ts';
import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';

const timeOrEmpty = is.either(is.moment, is.exactly(''));

/** Times that are not set are empty texts here, and the mode that is not set is the word. */
export const attachmentView = view<AttachmentRow>({
  id: field(is.uuid, (row) => row.id),
  status: field(is.text, (row) => row.attach_status),
  instance: field(is.orNull(is.uuid), (row) => row.instance_uuid),
  volume_id: field(is.uuid, (row) => row.volume_id),
  attached_at: field(timeOrEmpty, (row) => time(row.attached_at) ?? '', { in: 'detail' }),
  detached_at: field(timeOrEmpty, (row) => time(row.detached_at) ?? '', { in: 'detail' }),
  attach_mode: field(is.among(['rw', 'ro', 'null']), (row) => row.attach_mode ?? 'null', { in: 'detail' }),
  // Flat: what the driver calls data, with what is beside it.
  connection_info: field(is.record, (row) => (row.connection_info === null ? {} : JSON.parse(row.connection_info)), {
    in: 'detail',
  }),
});
