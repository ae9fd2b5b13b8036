import * as is from '../../http/answer-types.ts';
import { field, time, view } from '../../http/view.ts';
import type { OperationRow } from './store.ts';

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text)); // a jsonb column

/** An operation: what is being done to a resource, for whom, how far it is, and why it ended as it did. */
export const operationView = view<OperationRow>({
  id: field(is.uuid, (row) => row.id),
  kind: field(is.text, (row) => row.kind),
  status: field(is.word('queued', 'running', 'done', 'failed'), (row) => row.status),
  step: field(is.text, (row) => row.step),
  attempt: field(is.count, (row) => row.attempt),
  resource_type: field(is.text, (row) => row.resource_type),
  resource_id: field(is.uuid, (row) => row.resource_id),
  project_id: field(is.text, (row) => row.project_id),
  user_id: field(is.text, (row) => row.user_id),
  request_id: field(is.orNull(is.text), (row) => row.request_id),
  cause: field(is.orNull(is.text), (row) => row.cause),
  cancelled_by: field(is.orNull(is.text), (row) => row.cancelled_by),
  deadline: field(is.moment, (row) => time(row.deadline)),
  created_at: field(is.moment, (row) => time(row.created_at)),
  updated_at: field(is.moment, (row) => time(row.updated_at)),
  // How the scheduler decided: pools and hosts are an admin's to see.
  explanation: field(is.anything, (row) => parsed(row.explanation), { policy: 'scoria:operation:explanation' }),
});
