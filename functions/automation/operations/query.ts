import type { ListSpec } from '../../http/list.ts';

export const absentOperation = (id: string) => `Operation ${id} could not be found.`;

/** Newest first; a project's, or with all_tenants every project's. */
export const operationList: ListSpec = {
  collection: 'operations',
  linkKey: 'operations_links',
  absent: absentOperation,
  sortKeys: {
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    id: { column: 'r.id', type: 'uuid' },
  },
  filters: {
    resource_id: { kind: 'uuid', column: 'r.resource_id' },
    resource_type: { kind: 'text', column: 'r.resource_type', raw: true, wordsIn: 'lower' },
    status: { kind: 'text', column: 'r.status', raw: true, wordsIn: 'lower' },
    kind: { kind: 'text', column: 'r.kind', raw: true },
    created_at: { kind: 'time', column: 'r.created_at' },
    updated_at: { kind: 'time', column: 'r.updated_at' },
    request_id: { kind: 'text', column: 'r.request_id', raw: true },
  },
};
