// An event of the log as a CloudEvent 1.0, identical wherever it is read. Types and payloads are those of Cinder's
// notifications.
import type { EventPosition } from './events.ts';

/** A row of the log as statements return it. `at` is text in UTC, `data` the text of its JSON. */
export interface EventRow extends EventPosition {
  readonly type: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly project_id: string;
  readonly request_id: string | null;
  readonly data: string;
  readonly at: string;
}

/** The columns of an EventRow, over `events e`. */
export const eventColumns = `e.transaction::text AS transaction, e.sequence::text AS sequence, e.type, e.resource_type,
  e.resource_id::text AS resource_id, e.project_id, e.request_id, e.data::text AS data,
  (e.at AT TIME ZONE 'UTC')::text AS at` as const;

const pairs = (map: object) => Object.entries(map).map(([key, value]) => ({ key, value }));

/** RFC 3339, from a time as the database returns it. */
function moment(text: string): string {
  const [, fraction = ''] = text.split('.');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(6, '0')}Z`;
}

interface Attachment {
  readonly status: string;
  readonly host: string | null;
  readonly instance: string | null;
}

/** Cinder sends metadata and attachments as lists. */
function payloadOf({ data, resource_type }: EventRow): object {
  const { metadata, attachments, ...fields } = JSON.parse(data) as Record<string, object | null>; // schema/payloads.ts
  if (resource_type !== 'volume') return { ...fields, ...(metadata === undefined ? {} : { metadata }) };
  const attached = Object.entries((attachments ?? {}) as Record<string, Attachment>).map(([id, one]) => ({
    id,
    volume_id: fields.volume_id,
    instance_uuid: one.instance,
    server_id: one.instance,
    attached_host: one.host,
    attach_status: one.status,
  }));
  const { image_id, ...rest } = fields;
  const glance = image_id == null ? {} : { glance_metadata: pairs({ image_id }) };
  return { ...rest, metadata: pairs(metadata ?? {}), volume_attachment: attached, ...glance };
}

/** `source` and `id` identify the event: they never change, however often it is read. */
export function cloudEvent(row: EventRow) {
  return {
    specversion: '1.0' as const,
    id: row.sequence,
    source: '/scoria/v1/events',
    type: row.type,
    subject: `${row.resource_type}/${row.resource_id}`,
    time: moment(row.at),
    datacontenttype: 'application/json' as const,
    sequence: row.sequence.padStart(20, '0'),
    partitionkey: row.resource_id,
    projectid: row.project_id,
    ...(row.request_id === null ? {} : { requestid: row.request_id }),
    data: payloadOf(row),
  };
}
