import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';
import type { ServiceRow } from './store.ts';

const isVolume = (row: ServiceRow) => row.binary === 'cinder-volume';

/** A service in the list. A back end tells more of itself than a scheduler. */
export const serviceView = view<ServiceRow>({
  binary: field(is.text, (row) => row.binary),
  host: field(is.text, (row) => row.host),
  zone: field(is.text, (row) => row.zone),
  status: field(is.word('enabled', 'disabled'), (row) => (row.is_disabled ? 'disabled' : 'enabled')),
  state: field(is.word('up', 'down'), (row) => (row.is_up ? 'up' : 'down')),
  updated_at: field(is.orNull(is.moment), (row) => time(row.updated_at)),
  disabled_reason: field(is.orNull(is.text), (row) => row.disabled_reason),
  replication_status: field(is.optional(is.orNull(is.text)), (row) =>
    isVolume(row) ? row.replication_status : undefined,
  ),
  active_backend_id: field(is.optional(is.orNull(is.text)), (row) =>
    isVolume(row) ? row.active_backend_id : undefined,
  ),
  frozen: field(is.optional(is.boolean), (row) => (isVolume(row) ? row.is_frozen : undefined)),
  cluster: field(is.orNull(is.text), (row) => row.cluster_name, { since: '3.7' }),
  backend_state: field(is.optional(is.text), (row) => (isVolume(row) ? (row.backend_state ?? 'up') : undefined), {
    since: '3.49',
  }),
});
