// The scheduler for volumes that live somewhere already: retype, migrate, and manage.
import { timestamp } from '../infra/clock/port.ts';
import { backendQueue } from '../schema/operations.ts';
import { end } from './end.ts';
import type { Failed } from './outcome.ts';
import type { WorkerPorts } from './ports.ts';
import { decide, type Explanation } from './scheduler/decide.ts';
import type { Pool, Request } from './scheduler/pool.ts';
import { type Claimed, messageOf, type ResourceJson } from './store/claim.ts';
import { choose } from './store/move.ts';
import { unplaced } from './unplaced.ts';

/** Chooses the pool and hands the operation on: to stay where it is when that pool will do, else to be copied. */
export async function scheduleMove(ports: WorkerPorts, claimed: Claimed, pools: readonly Pool[]): Promise<void> {
  const resource = claimed.resource;
  if (resource === null) return fail(ports, claimed, 'The volume does not exist any more.', 'noBackend');
  const request = requestOf(claimed, resource);
  const explanation = decide(pools, request);
  const pool = pools.find((one) => one.name === explanation.chosen);
  if (pool === undefined)
    return unplaced(ports, claimed, { pools, request, explanation, cause: 'No pool takes the volume.' });
  const stays = pool.name === resource.volume.host;
  const mayMove = claimed.kind === 'volume.migrate' || claimed.arguments.may_migrate === true;
  if (!stays && !mayMove) {
    return fail(ports, claimed, 'The new type needs a migration.', 'migrationNeeded', explanation);
  }
  const isUsed = resource.volume.previous_status !== 'available';
  const cause = stays ? null : whyItStays(ports, resource, isUsed);
  if (cause !== null) return fail(ports, claimed, cause, 'migrationNeeded', explanation);
  const queue = backendQueue(pool.backend, stays ? 'quick' : 'long');
  const next = { step: stays ? 'stay' : isUsed ? 'swap' : 'copy', queue, pool: pool.name } as const;
  const isMine = await choose(ports.database, claimed, next, explanation, timestamp(ports.clock));
  if (isMine) await ports.queue.send(queue, [messageOf(claimed)]);
}

/** Why a volume cannot leave its pool: its snapshots would stay behind, or its host would go on writing to the old one. */
function whyItStays({ compute }: WorkerPorts, { volume, attachments }: ResourceJson, isUsed: boolean): string | null {
  if (volume.snapshot_count > 0) return 'A volume with snapshots cannot be moved to another pool.';
  if (!isUsed) return null;
  if (compute === undefined) return 'A volume in use is moved by its server, and there is no compute service to ask.';
  const [only, other] = attachments ?? [];
  if (only?.instance == null || only.status !== 'attached' || other !== undefined) {
    return 'A volume in use is moved by its server, and it must be that of one server and nobody else.';
  }
  return null;
}

/** Whether the pool that holds the object has what the type asks for: there is no other to choose. */
export async function scheduleManage(ports: WorkerPorts, claimed: Claimed, pools: readonly Pool[]): Promise<void> {
  const volume = claimed.resource?.volume;
  if (volume === undefined) return fail(ports, claimed, 'The volume does not exist any more.', 'noBackend');
  const request: Request = {
    // Its bytes are there already, however many they are.
    sizeGiB: 0,
    availabilityZone: null,
    extraSpecs: volume.extra_specs ?? {},
    groupBackend: null,
    sourceHost: null,
    livesOn: null,
    only: volume.host === null ? null : { host: volume.host },
  };
  const explanation = decide(pools, request);
  const pool = pools.find((one) => one.name === explanation.chosen);
  if (pool === undefined) {
    return unplaced(ports, claimed, { pools, request, explanation, cause: `${volume.host} does not fit the volume.` });
  }
  const queue = backendQueue(pool.backend);
  const next = { step: 'adopt', queue, pool: pool.name } as const;
  const isMine = await choose(ports.database, claimed, next, explanation, timestamp(ports.clock));
  if (isMine) await ports.queue.send(queue, [messageOf(claimed)]);
}

function requestOf(claimed: Claimed, resource: ResourceJson): Request {
  const { volume } = resource;
  const isRetype = claimed.kind === 'volume.retype';
  const { host, cluster } = claimed.arguments;
  return {
    sizeGiB: volume.size_gib,
    availabilityZone: isRetype ? volume.availability_zone : null,
    extraSpecs: (isRetype ? resource.new_type?.extra_specs : volume.extra_specs) ?? {},
    groupBackend: null,
    sourceHost: null,
    livesOn: volume.host,
    only: typeof host === 'string' ? { host } : typeof cluster === 'string' ? { cluster } : null,
  };
}

function fail(
  ports: WorkerPorts,
  claimed: Claimed,
  cause: string,
  detail: Failed['detail'],
  explanation?: Explanation,
): Promise<void> {
  const outcome = { outcome: 'failed', cause, detail, isBusy: false } as const;
  return end(
    ports,
    { ...claimed, previousStatus: null },
    explanation === undefined ? outcome : { ...outcome, explanation },
  );
}
