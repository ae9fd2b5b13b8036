import type { ListSpec } from '../http/list.ts';
import { rowKeys } from '../http/list-columns.ts';

export const absentGroupType = (id: string) => `Group type ${id} could not be found.`;

export const groupTypeList: ListSpec = {
  collection: 'group_types',
  linkKey: 'group_type_links',
  absent: absentGroupType,
  // Compares no column with a value: index.ts reads it.
  own: ['is_public'],
  sortKeys: {
    ...rowKeys,
    name: { column: 'r.name', type: 'text' },
    description: { column: 'r.description', type: 'text', nullable: true },
    is_public: { column: 'r.is_public', type: 'boolean' },
  },
  // As in Cinder: is_public is the only filter, and every other is dropped, whoever asks.
  filters: {},
  lenient: true,
  ofNoProject: true,
};
