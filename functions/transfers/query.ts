import type { ListSpec, SortKey } from '../http/list.ts';
import { rowKeys } from '../http/list-columns.ts';

export const absentTransfer = (id: string) => `Transfer ${id} could not be found.`;

const nullable: Pick<SortKey, 'type' | 'nullable'> = { type: 'text', nullable: true };

export const transferList: ListSpec = {
  collection: 'transfers',
  linkKey: 'transfers_links',
  absent: absentTransfer,
  pagingSince: '3.59',
  sortKeys: {
    ...rowKeys,
    name: { column: 'r.name', ...nullable },
    display_name: { column: 'r.name', ...nullable },
    volume_id: { column: 'r.volume_id', type: 'uuid' },
    no_snapshots: { column: 'r.no_snapshots', type: 'boolean' },
    source_project_id: { column: 'r.source_project_id', type: 'text' },
  },
  filters: {
    id: { kind: 'uuid', column: 'r.id' },
    name: { kind: 'text', column: 'r.name', raw: true },
    display_name: { kind: 'text', column: 'r.name', raw: true },
    volume_id: { kind: 'uuid', column: 'r.volume_id' },
    no_snapshots: { kind: 'boolean', column: 'r.no_snapshots' },
    source_project_id: { kind: 'text', column: 'r.source_project_id', raw: true },
    destination_project_id: { kind: 'text', column: 'r.destination_project_id', raw: true },
    accepted: { kind: 'boolean', column: 'r.accepted' },
  },
};

/** Before they could be sorted, lists began with the oldest. */
export const oldTransferList: ListSpec = {
  ...transferList,
  defaultSort: [{ key: 'created_at', descending: false }],
};
