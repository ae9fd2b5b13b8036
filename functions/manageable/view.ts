import * as is from '../http/answer-types.ts';
import { field, view } from '../http/view.ts';
import type { ManageableRow } from './store.ts';

/** Why an object of ours cannot be managed, in words. */
function reason(row: ManageableRow): string | null {
  if (row.cinder_id !== null) return 'already managed';
  return row.item.id === null ? row.item.reason_not_safe : 'it bears the name of a resource that does not exist';
}

/** An object on a back end. Only a snapshot has a `source_reference`: others leave the key out. */
export const manageableView = view<ManageableRow>({
  reference: field(is.texts, (row) => row.item.reference),
  size: field(is.count, (row) => row.item.size),
  safe_to_manage: field(is.boolean, (row) => row.item.safe_to_manage),
  source_reference: field(is.optional(is.orNull(is.texts)), (row) => row.item.source_reference),
  reason_not_safe: field(is.orNull(is.text), reason, { in: 'detail' }),
  cinder_id: field(is.orNull(is.uuid), (row) => row.cinder_id, { in: 'detail' }),
  extra_info: field(is.nothing, () => null, { in: 'detail' }),
});
