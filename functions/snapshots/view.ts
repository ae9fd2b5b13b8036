import { type SnapshotRow, snapshotMachine } from '../../schema/snapshots.ts';
import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';

const extended = 'volume_extension:extended_snapshot_attributes';

/** What was last written, and else what the status says: a snapshot that came to be is there as a whole. */
function progress(row: SnapshotRow): string {
  if (row.progress !== null) return row.progress;
  return row.status === 'creating' || row.status === 'error' ? '0%' : '100%';
}

/** A snapshot: as a summary in lists, and as create and update answer it; with details in show and /detail. */
export const snapshotView = view<SnapshotRow>({
  id: field(is.uuid, (row) => row.id),
  created_at: field(is.moment, (row) => time(row.created_at)),
  updated_at: field(is.orNull(is.moment), (row) => time(row.updated_at)),
  name: field(is.orNull(is.text), (row) => row.name),
  description: field(is.orNull(is.text), (row) => row.description),
  volume_id: field(is.uuid, (row) => row.volume_id),
  status: field(is.among(snapshotMachine.states), (row) => row.status),
  size: field(is.count, (row) => row.size_gib),
  metadata: field(is.texts, (row) => JSON.parse(row.metadata)),
  'os-extended-snapshot-attributes:project_id': field(is.text, (row) => row.project_id, {
    in: 'detail',
    policy: extended,
  }),
  'os-extended-snapshot-attributes:progress': field(is.matching(/^\d{1,3}%$/), progress, {
    in: 'detail',
    policy: extended,
  }),
  group_snapshot_id: field(is.orNull(is.uuid), (row) => row.group_snapshot_id, { since: '3.14' }),
  user_id: field(is.text, (row) => row.user_id, { since: '3.41' }),
  consumes_quota: field(is.boolean, (row) => row.consumes_quota, { since: '3.65' }),
});
