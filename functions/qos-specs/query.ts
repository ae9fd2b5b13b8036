import type { ListSpec } from '../http/list.ts';
import { rowKeys } from '../http/list-columns.ts';

export const absentSpecs = (id: string) => `No such QoS spec ${id}.`;

export const qosSpecsList: ListSpec = {
  collection: 'qos_specs',
  linkKey: 'qos_specs_links',
  absent: absentSpecs,
  ofNoProject: true,
  sortKeys: {
    ...rowKeys,
    name: { column: 'r.name', type: 'text' },
    consumer: { column: 'r.consumer', type: 'text' },
  },
  filters: {
    id: { kind: 'uuid', column: 'r.id' },
    name: { kind: 'text', column: 'r.name', raw: true },
    consumer: { kind: 'text', column: 'r.consumer', wordsIn: 'lower' },
  },
};
