// Living volumes keep to what has become of their type's QoS specs: work for each, in the statement that changes the
// specs.
import { derivedId } from '../../schema/groups.ts';
import { backendQueueOf, dueUnsent } from '../../schema/operations.ts';
import { fragmentOf } from '../../schema/statement.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import type { Call } from '../http/operation.ts';

const now = ':now::timestamptz';
const id = derivedId(':limits_id::uuid::text', 'v.id::text');

/**
 * The CTE `limits`: one operation for each placed volume of the `types` (SQL of their ids), where one does not wait
 * already; the sweeper sends them. What a volume has to keep to is read when the work is done, so the last change
 * counts.
 */
export const limitVolumes = (types: string) =>
  fragmentOf(
    'limits',
    `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, lease_until, deadline,
    arguments, request_id, trace, created_at, updated_at)
  SELECT ${id}, 'volume.limit', 'volume', v.id, v.project_id, :actor_id::text,
    ${backendQueueOf('v.host')}, 'limit', ${dueUnsent},
    ${now} + make_interval(secs => ${volumeMachine.moves.limit.within}), '{}', :request_id::text, :trace::text, ${now}, ${now}
  FROM volumes v WHERE v.volume_type_id IN (${types}) AND v.host IS NOT NULL AND v.status <> 'deleting'
    AND NOT EXISTS (SELECT 1 FROM operations o
      WHERE o.resource_id = v.id AND o.kind = 'volume.limit' AND o.status = 'queued')`,
    now,
    ':id::uuid',
    ':limits_id::uuid',
    ':actor_id::text',
    ':request_id::text',
    ':trace::text',
  );

/** What the back end has to enforce is in them. */
export const isEnforced = (consumer: string) => `${consumer} IN ('back-end', 'both')`;

/** The parameters of limitVolumes(). */
export const limiting = ({ ports, actor, requestId, trace }: Call<unknown>) => ({
  limits_id: ports.ids.uuid(),
  actor_id: actor.userId,
  request_id: requestId,
  trace,
});
