import { time, view } from '../http/view.ts';
import type { ServiceRow } from './store.ts';

const isVolume = (row: ServiceRow) => row.binary === 'cinder-volume';

/** A service in the list. A back end tells more of itself than a scheduler. */
export const serviceView = view<ServiceRow>({
  binary: (row) => row.binary,
  host: (row) => row.host,
  zone: (row) => row.zone,
  status: (row) => (row.is_disabled ? 'disabled' : 'enabled'),
  state: (row) => (row.is_up ? 'up' : 'down'),
  updated_at: (row) => time(row.updated_at),
  disabled_reason: (row) => row.disabled_reason,
  replication_status: (row) => (isVolume(row) ? row.replication_status : undefined),
  active_backend_id: (row) => (isVolume(row) ? row.active_backend_id : undefined),
  frozen: (row) => (isVolume(row) ? row.is_frozen : undefined),
  cluster: { since: '3.7', get: (row) => row.cluster_name },
  backend_state: { since: '3.49', get: (row) => (isVolume(row) ? (row.backend_state ?? 'up') : undefined) },
});
