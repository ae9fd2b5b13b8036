import * as is from '../http/answer-types.ts';
import { field, view } from '../http/view.ts';
import type { QosSpecsRow } from './store.ts';

export const qosSpecsView = view<QosSpecsRow>({
  id: field(is.uuid, (row) => row.id),
  name: field(is.text, (row) => row.name),
  consumer: field(is.among(['front-end', 'back-end', 'both']), (row) => row.consumer),
  specs: field(is.texts, (row) => JSON.parse(row.specs)),
});
