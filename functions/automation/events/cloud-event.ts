// What a CloudEvent looks like in an answer. It is made by schema/cloud-event.ts, for those who send events too.
import * as is from '../../http/answer-types.ts';

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

export { cloudEvent } from '../../../schema/cloud-event.ts';
