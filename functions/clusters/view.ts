import * as is from '../http/answer-types.ts';
import { field, time, view } from '../http/view.ts';
import type { ClusterRow } from './store.ts';

// A time that is not there is an empty text, as in attachments.
const timeOrEmpty = is.either(is.moment, is.exactly(''));

export const clusterView = view<ClusterRow>({
  name: field(is.text, (row) => row.name),
  binary: field(is.text, (row) => row.binary),
  state: field(is.word('up', 'down'), (row) => (row.is_up ? 'up' : 'down')),
  status: field(is.word('enabled', 'disabled'), (row) => (row.is_disabled ? 'disabled' : 'enabled')),
  replication_status: field(is.text, (row) => row.replication_status, { since: '3.26' }),
  num_hosts: field(is.count, (row) => row.num_hosts, { in: 'detail' }),
  num_down_hosts: field(is.count, (row) => row.num_down_hosts, { in: 'detail' }),
  last_heartbeat: field(timeOrEmpty, (row) => time(row.last_heartbeat) ?? '', { in: 'detail' }),
  created_at: field(is.moment, (row) => time(row.created_at), { in: 'detail' }),
  updated_at: field(timeOrEmpty, (row) => time(row.updated_at) ?? '', { in: 'detail' }),
  disabled_reason: field(is.orNull(is.text), (row) => row.disabled_reason, { in: 'detail' }),
  frozen: field(is.boolean, (row) => row.is_frozen, { since: '3.26', in: 'detail' }),
  active_backend_id: field(is.orNull(is.text), (row) => row.active_backend_id, { since: '3.26', in: 'detail' }),
});
