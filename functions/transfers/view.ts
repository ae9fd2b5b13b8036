import { type Fields, time, view } from '../http/view.ts';
import type { TransferRow } from './store.ts';

// Links have kept the old path.
const links: Fields<TransferRow>['links'] = (row, look) => look.links.of('os-volume-transfer', row.id);

/** A transfer where it is made and shown, without its key. */
export const transferView = view<TransferRow>({
  id: (row) => row.id,
  created_at: (row) => time(row.created_at),
  name: (row) => row.name,
  volume_id: (row) => row.volume_id,
  links,
  no_snapshots: { since: '3.55', get: (row) => row.no_snapshots },
  source_project_id: { since: '3.57', get: (row) => row.source_project_id },
  destination_project_id: { since: '3.57', get: (row) => row.destination_project_id },
  accepted: { since: '3.57', get: (row) => row.accepted },
});

/** A transfer in a list without /detail, and when it is accepted. */
export const transferSummaryView = view<TransferRow>({
  id: (row) => row.id,
  volume_id: (row) => row.volume_id,
  name: (row) => row.name,
  links,
});
