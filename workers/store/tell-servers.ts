// The work of telling servers, queued by the statement that changed the volume which they have.
import { derivedId } from '../../schema/groups.ts';
import { type Kind, quickQueueOf } from '../../schema/operations.ts';
import { goOn, queueAfter } from './queued.ts';
import type { Effect } from './settle.ts';

/** A host that cannot be told within that time has long given up waiting. */
const telling = { queue: quickQueueOf('f.queue'), step: 'tell', withinSeconds: 600 } as const;

interface Telling {
  readonly kind: Extract<Kind, `server.${string}`>;
  /** SQL over `e.value`, an entry of the volume's attachments: whether its server is told. */
  readonly has: string;
  readonly isFailed?: true;
}

/**
 * The CTE `queued`, after `fenced` (the operation that is about the volume) and `resource` (the volume): one operation
 * for each server that has it, in the queue of the volume's back end. None without a compute service to tell, and none
 * when it was the host that grew the volume.
 * Parameter: `tells_servers::boolean`.
 */
export function tellServers({ kind, has, isFailed }: Telling): string {
  return queueAfter({
    ...telling,
    id: derivedId('f.id::text', 's.server'),
    kind,
    resource: 's.server::uuid',
    given: `jsonb_build_object('volume_id', s.volume_id, 'is_failed', ${isFailed === true})`,
    from: `(SELECT DISTINCT v.id AS volume_id, e.value ->> 'instance' AS server
    FROM resource v, jsonb_each(v.attachment_states) e WHERE e.value ->> 'instance' IS NOT NULL AND ${has}) s`,
    where: `:tells_servers::boolean AND NOT f.arguments ? 'is_completed'`,
  });
}

/** The servers that use an extended volume: a reserved one is not at the server yet, which will see the new size. */
export const tellExtended = tellServers({ kind: 'server.volume_extended', has: `e.value ->> 'status' = 'attached'` });

/** Whoever asked for a new image holds a reservation and waits. */
const tellReimaged = { kind: 'server.volume_reimaged', has: 'TRUE' } as const;
export const tellDone = tellServers(tellReimaged);
export const tellFailed = tellServers({ ...tellReimaged, isFailed: true });

/** The server that `:server` names is asked to go over to the volume in `resource`, the other half. */
export const askToSwap = queueAfter({
  ...telling,
  id: derivedId('f.id::text', ':server::text'),
  kind: 'server.swap_volume',
  resource: `NULLIF(:server::text, '')::uuid`,
  given: `jsonb_build_object('volume_id', f.resource_id, 'new_volume_id', r.id)`,
  from: 'resource r',
});

/** The message is the volume's. */
const ofVolume = `resource AS (SELECT (f.arguments ->> 'volume_id')::uuid AS id, f.project_id FROM fenced f)`;

export const toldDone = {
  'server.volume_extended': { effects: ofVolume, event: null },
  'server.volume_reimaged': { effects: ofVolume, event: null },
  'server.swap_volume': { effects: ofVolume, event: null },
} as const satisfies Record<string, Effect>;

export const toldFailed = {
  // An extension that waits for this host waits in vain: it ends now, and not at its deadline.
  'server.volume_extended': {
    effects: ofVolume,
    queues: goOn(
      'extend',
      '{"is_completed": true, "is_failed": true}',
      'resource v',
      `w.resource_id = v.id AND w.kind = 'volume.extend'`,
    ),
    event: null,
    tells: 'resource',
  },
  'server.volume_reimaged': { effects: ofVolume, event: null, tells: 'resource' },
  // So does a move, unless the server has begun all the same: then its host says what comes of it.
  'server.swap_volume': {
    effects: ofVolume,
    queues: goOn(
      'swap',
      '{"is_failed": true}',
      'fenced f',
      `w.id = (f.arguments ->> 'new_volume_id')::uuid
    AND EXISTS (SELECT 1 FROM volumes h WHERE h.id = w.id AND h.attachment_states = '{}')`,
    ),
    event: null,
    tells: 'resource',
  },
} as const satisfies Record<string, Effect>;
