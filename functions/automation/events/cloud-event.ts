// An event of the log as a CloudEvent 1.0. Types and payloads are those of Cinder's notifications.
import * as is from '../../http/answer-types.ts';
import { time } from '../../http/view.ts';
import type { EventRow } from './store.ts';

export const cloudEventType = is.object({
  specversion: is.exactly('1.0'),
  id: is.text,
  source: is.text,
  type: is.text,
  subject: is.text,
  time: is.text,
  datacontenttype: is.exactly('application/json'),
  sequence: is.matching(/^\d{20}$/),
  partitionkey: is.uuid,
  projectid: is.text,
  requestid: is.optional(is.text),
  data: is.record,
});

const pairs = (map: object) => Object.entries(map).map(([key, value]) => ({ key, value }));

interface Attachment {
  readonly status: string;
  readonly host: string | null;
  readonly instance: string | null;
}

/** Cinder tells metadata and attachments as lists. */
function payloadOf({ data, resource_type }: EventRow): object {
  const { metadata, attachments, ...told } = JSON.parse(data) as Record<string, object | null>; // schema/payloads.ts
  if (resource_type !== 'volume') return { ...told, ...(metadata === undefined ? {} : { metadata }) };
  const attached = Object.entries((attachments ?? {}) as Record<string, Attachment>).map(([id, one]) => ({
    id,
    volume_id: told.volume_id,
    instance_uuid: one.instance,
    server_id: one.instance,
    attached_host: one.host,
    attach_status: one.status,
  }));
  const { image_id, ...rest } = told;
  const glance = image_id == null ? {} : { glance_metadata: pairs({ image_id }) };
  return { ...rest, metadata: pairs(metadata ?? {}), volume_attachment: attached, ...glance };
}

/** `source` and `id` are the same for the same event, however often it is read. */
export function cloudEvent(row: EventRow) {
  return {
    specversion: '1.0' as const,
    id: row.sequence,
    source: '/scoria/v1/events',
    type: row.type,
    subject: `${row.resource_type}/${row.resource_id}`,
    time: `${time(row.at)}Z`,
    datacontenttype: 'application/json' as const,
    sequence: row.sequence.padStart(20, '0'),
    partitionkey: row.resource_id,
    projectid: row.project_id,
    ...(row.request_id === null ? {} : { requestid: row.request_id }),
    data: payloadOf(row),
  };
}
