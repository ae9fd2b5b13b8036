import { view } from '../http/view.ts';
import type { QosSpecsRow } from './store.ts';

export const qosSpecsView = view<QosSpecsRow>({
  id: (row) => row.id,
  name: (row) => row.name,
  consumer: (row) => row.consumer,
  specs: (row) => JSON.parse(row.specs),
});
