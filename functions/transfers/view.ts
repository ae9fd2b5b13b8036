import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';
import type { TransferRow } from './store.ts';

// Links have kept the old path.
const links = field<readonly is.Link[], TransferRow>(is.links, (row, context) =>
  context.links.of('os-volume-transfer', row.id),
);

/** A transfer where it is made and shown, without its key. */
export const transferView = view<TransferRow>({
  id: field(is.uuid, (row) => row.id),
  created_at: field(is.moment, (row) => time(row.created_at)),
  name: field(is.orNull(is.text), (row) => row.name),
  volume_id: field(is.uuid, (row) => row.volume_id),
  links,
  no_snapshots: field(is.boolean, (row) => row.no_snapshots, { since: '3.55' }),
  source_project_id: field(is.orNull(is.text), (row) => row.source_project_id, { since: '3.57' }),
  destination_project_id: field(is.orNull(is.text), (row) => row.destination_project_id, { since: '3.57' }),
  accepted: field(is.boolean, (row) => row.accepted, { since: '3.57' }),
});

/** A transfer in a list without /detail, and when it is accepted. */
export const transferSummaryView = view<TransferRow>({
  id: field(is.uuid, (row) => row.id),
  volume_id: field(is.uuid, (row) => row.volume_id),
  name: field(is.orNull(is.text), (row) => row.name),
  links,
});
