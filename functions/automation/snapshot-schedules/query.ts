import type { ListSpec } from '../../http/list.ts';

export const absentSchedule = (id: string) => `Snapshot schedule ${id} could not be found.`;

/** Newest first; a project's, or with all_tenants every project's. */
export const scheduleList: ListSpec = {
  collection: 'snapshot_schedules',
  linkKey: 'snapshot_schedules_links',
  absent: absentSchedule,
  sortKeys: {
    created_at: { column: 'r.created_at', type: 'timestamptz' },
    id: { column: 'r.id', type: 'uuid' },
  },
  filters: {
    name: { kind: 'text', column: 'r.name', raw: true },
    enabled: { kind: 'boolean', column: 'r.enabled' },
  },
};
