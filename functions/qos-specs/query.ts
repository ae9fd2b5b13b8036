import type { ListSpec } from '../http/list.ts';

export const absentSpecs = (id: string) => `No such QoS spec ${id}.`;

export const qosSpecsList: ListSpec = {
  collection: 'qos_specs',
  linkKey: 'qos_specs_links',
  absent: absentSpecs,
  ofNoProject: true,
  sortKeys: {
    id: { column: 'r.id', type: 'uuid' },
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    updated_at: { column: 'r.updated_at', type: 'timestamptz', nullable: true },
    name: { column: 'r.name', type: 'text' },
    consumer: { column: 'r.consumer', type: 'text' },
  },
  filters: {
    id: { kind: 'uuid', column: 'r.id' },
    name: { kind: 'text', column: 'r.name', raw: true },
    consumer: { kind: 'text', column: 'r.consumer', wordsIn: 'lower' },
  },
};
