import { type View, view } from '../http/view.ts';
import type { ManageableRow } from './store.ts';

/** Why an object of ours cannot be managed, in words. */
function reason(row: ManageableRow): string | null {
  if (row.cinder_id !== null) return 'already managed';
  return row.item.id === null ? row.item.reason_not_safe : 'it bears the name of a resource that does not exist';
}

const fields = {
  reference: (row: ManageableRow) => row.item.reference,
  size: (row: ManageableRow) => row.item.size,
  safe_to_manage: (row: ManageableRow) => row.item.safe_to_manage,
  source_reference: (row: ManageableRow) => row.item.source_reference,
  reason_not_safe: { in: 'detail', get: reason },
  cinder_id: { in: 'detail', get: (row: ManageableRow) => row.cinder_id },
  extra_info: { in: 'detail', get: () => null },
} as const;

/** An object on a back end. Only a snapshot has a `source_reference`: others leave the key out. */
export const manageableView: View<ManageableRow> = view<ManageableRow>(fields);
