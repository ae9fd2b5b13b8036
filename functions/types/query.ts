import type { ListSpec } from '../http/list.ts';
import { rowKeys } from '../http/list-columns.ts';

export const absentType = (id: string) => `Volume type ${id} could not be found.`;

export const typeList: ListSpec = {
  collection: 'volume_types',
  linkKey: 'volume_type_links',
  absent: absentType,
  ofNoProject: true,
  // Neither compares a column with a value: filter.ts reads them.
  own: ['is_public', 'extra_specs'],
  sortKeys: {
    ...rowKeys,
    name: { column: 'r.name', type: 'text' },
    description: { column: 'r.description', type: 'text', nullable: true },
    is_public: { column: 'r.is_public', type: 'boolean' },
  },
  filters: {
    id: { kind: 'uuid', column: 'r.id', admin: true },
    name: { kind: 'text', column: 'r.name', raw: true, admin: true },
    description: { kind: 'text', column: 'r.description', raw: true, admin: true },
    qos_specs_id: { kind: 'uuid', column: 'r.qos_specs_id', admin: true },
  },
};
