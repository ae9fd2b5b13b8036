// Queues the work of telling servers, in the statement that changed a volume of theirs.
import { derivedId } from '../../schema/groups.ts';
import { type Kind, quickQueueOf } from '../../schema/operations.ts';
import { queueAfter } from './queued.ts';

/** A host that cannot be told within this time has long stopped waiting. */
const telling = { queue: quickQueueOf('f.queue'), step: 'tell', withinSeconds: 600 } as const;

interface Telling {
  readonly kind: Extract<Kind, `server.${string}`>;
  /** SQL over `e.value`, an entry of the volume's attachments: whether its server is told. */
  readonly has: string;
  readonly isFailed?: true;
}

/**
 * The CTE `queued`, after `fenced` (the operation on the volume) and `resource` (the volume): one operation for each
 * server that has the volume, in the queue of its back end. None without a compute service, and none when the host
 * itself grew the volume. Parameter: `tells_servers::boolean`.
 */
export function tellServers({ kind, has, isFailed }: Telling) {
  return queueAfter({
    ...telling,
    id: derivedId('f.id::text', 's.server'),
    kind,
    resource: 's.server::uuid',
    given: `jsonb_build_object('volume_id', s.volume_id, 'is_failed', ${isFailed === true})`,
    from: `(SELECT DISTINCT v.id AS volume_id, e.value ->> 'instance' AS server
    FROM resource v, jsonb_each(v.attachment_states) e WHERE e.value ->> 'instance' IS NOT NULL AND ${has}) s`,
    where: `:tells_servers::boolean AND NOT jsonb_exists(f.arguments, 'is_completed')`,
  });
}

/**
 * The servers that use an extended volume. A reserved one is not at the server yet, which will see the new size
 * anyway.
 */
export const tellExtended = tellServers({ kind: 'server.volume_extended', has: `e.value ->> 'status' = 'attached'` });

/** Whoever asked for a new image holds a reservation and waits. */
const tellReimaged = { kind: 'server.volume_reimaged', has: 'TRUE' } as const;
export const tellDone = tellServers(tellReimaged);
export const tellFailed = tellServers({ ...tellReimaged, isFailed: true });

/** Asks the server `:server` to go over to the volume in `resource`, the other half. */
export const askToSwap = queueAfter({
  ...telling,
  id: derivedId('f.id::text', ':server::text'),
  kind: 'server.swap_volume',
  resource: `NULLIF(:server::text, '')::uuid`,
  given: `jsonb_build_object('volume_id', f.resource_id, 'new_volume_id', r.id)`,
  from: 'resource r',
});
