import type { AttachmentRow } from '../../schema/attachments.ts';
import { time, view } from '../http/view.ts';

/** Times that are not set are empty texts here, and the mode that is not set is the word. */
export const attachmentView = view<AttachmentRow>({
  id: (row) => row.id,
  status: (row) => row.attach_status,
  instance: (row) => row.instance_uuid,
  volume_id: (row) => row.volume_id,
  attached_at: { in: 'detail', get: (row) => time(row.attached_at) ?? '' },
  detached_at: { in: 'detail', get: (row) => time(row.detached_at) ?? '' },
  attach_mode: { in: 'detail', get: (row) => row.attach_mode ?? 'null' },
  // Flat: what the driver calls data, with what is beside it.
  connection_info: {
    in: 'detail',
    get: (row) => (row.connection_info === null ? {} : JSON.parse(row.connection_info)),
  },
});
