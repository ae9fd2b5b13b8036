// Choosing a pool for volumes that already live somewhere: retype, migrate and manage.
import { timestamp } from '../../infra/clock/port.ts';
import { backendQueue } from '../../schema/operations.ts';
import type { Failed } from '../outcome.ts';
import type { WorkerPorts } from '../ports.ts';
import { choose } from '../store/move.ts';
import type { AttachmentJson, TypeJson, VolumeJson, VolumeMore } from '../work/fragments.ts';
import type { Operation, Scheduled } from '../work/work.ts';
import { askedOf } from './asked.ts';
import type { Explanation } from './decide.ts';
import { decideNow } from './deciding.ts';
import type { Pool, Request } from './pool.ts';

interface Moving {
  readonly volume: VolumeJson & Pick<VolumeMore, 'previous_status' | 'snapshot_count'>;
  readonly attachments: readonly AttachmentJson[];
}

interface Retyping extends Moving {
  readonly volume: Moving['volume'] & Pick<VolumeMore, 'availability_zone'>;
  readonly newType: TypeJson | null;
  readonly mayMove: boolean;
}

/** It stays where it is when its pool satisfies the new type. */
export async function scheduleRetype(
  { volume, newType, attachments, mayMove }: Retyping,
  operation: Operation,
  pools: readonly Pool[],
  ports: WorkerPorts,
): Promise<Scheduled> {
  if (newType === null) return failed('The new type does not exist any more.', 'driverFailedMove');
  const wanted = {
    sizeGiB: volume.size_gib,
    availabilityZone: volume.availability_zone,
    extraSpecs: askedOf({ ...volume, extra_specs: newType.extra_specs }),
    only: null,
  };
  return move({ volume, attachments }, operation, pools, { ...wanted, mayMove }, ports);
}

interface Migrating extends Moving {
  readonly host: string | null;
  readonly cluster: string | null;
}

export async function scheduleMigration(
  { volume, attachments, host, cluster }: Migrating,
  operation: Operation,
  pools: readonly Pool[],
  ports: WorkerPorts,
): Promise<Scheduled> {
  const wanted = {
    sizeGiB: volume.size_gib,
    availabilityZone: null,
    extraSpecs: askedOf(volume),
    only: host !== null ? { host } : cluster !== null ? { cluster } : null,
  };
  return move({ volume, attachments }, operation, pools, { ...wanted, mayMove: true }, ports);
}

type Wanted = Pick<Request, 'sizeGiB' | 'availabilityZone' | 'extraSpecs' | 'only'> & { readonly mayMove: boolean };

/** Chooses the pool and passes the operation on: to stay if that pool will do, else to be copied. */
async function move(
  moving: Moving,
  operation: Operation,
  pools: readonly Pool[],
  { mayMove, ...wanted }: Wanted,
  ports: WorkerPorts,
): Promise<Scheduled> {
  const { volume } = moving;
  const request: Request = { ...wanted, groupBackend: null, sourceHost: null, livesOn: volume.host };
  const explanation = await decideNow(ports, pools, request);
  const pool = pools.find((one) => one.name === explanation.chosen);
  if (pool === undefined) {
    return { outcome: 'no-pool', pools, request, explanation, cause: 'No pool takes the volume.' };
  }
  const stays = pool.name === volume.host;
  if (!stays && !mayMove) return failed('The new type needs a migration.', 'migrationNeeded', explanation);
  const isUsed = volume.previous_status !== 'available';
  const cause = stays ? null : whyItStays(ports, moving, isUsed);
  if (cause !== null) return failed(cause, 'migrationNeeded', explanation);
  return handOn(ports, operation, pool, stays ? 'stay' : isUsed ? 'swap' : 'copy', explanation);
}

/**
 * Why a volume cannot leave its pool: its snapshots would stay behind, or its host would keep writing to the old
 * copy.
 */
function whyItStays({ compute }: WorkerPorts, { volume, attachments }: Moving, isUsed: boolean): string | null {
  if (volume.snapshot_count > 0) return 'A volume with snapshots cannot be moved to another pool.';
  if (!isUsed) return null;
  if (volume.is_opened_by_backend) return 'A volume in use that its back end decrypts cannot be moved to another pool.';
  if (compute === undefined) return 'A volume in use is moved by its server, and there is no compute service to ask.';
  const [only, other] = attachments;
  if (only?.instance == null || only.status !== 'attached' || other !== undefined) {
    return 'A volume in use is moved by its server, and it must be that of one server and nobody else.';
  }
  return null;
}

/** Whether the pool that holds the object satisfies the type: there is no other to choose. */
export async function scheduleManage(
  { volume }: { readonly volume: VolumeJson },
  operation: Operation,
  pools: readonly Pool[],
  ports: WorkerPorts,
): Promise<Scheduled> {
  const request: Request = {
    // Its bytes are already there, so room does not matter.
    sizeGiB: 0,
    availabilityZone: null,
    extraSpecs: askedOf(volume),
    groupBackend: null,
    sourceHost: null,
    livesOn: null,
    only: volume.host === null ? null : { host: volume.host },
  };
  const explanation = await decideNow(ports, pools, request);
  const pool = pools.find((one) => one.name === explanation.chosen);
  if (pool === undefined) {
    return { outcome: 'no-pool', pools, request, explanation, cause: `${volume.host} does not fit the volume.` };
  }
  return handOn(ports, operation, pool, 'adopt', explanation);
}

async function handOn(
  ports: WorkerPorts,
  operation: Operation,
  pool: Pool,
  step: Parameters<typeof choose>[2]['step'],
  explanation: Explanation,
): Promise<Scheduled> {
  const queue = backendQueue(pool.backend, step === 'copy' || step === 'swap' ? 'long' : 'quick');
  const next = { step, queue, pool: pool.name } as const;
  const isMine = await choose(ports.database, operation, next, explanation, timestamp(ports.clock));
  return isMine ? { outcome: 'handed-on', queue } : { outcome: 'lost' };
}

const failed = (cause: string, detail: Failed['detail'], explanation?: Explanation): Failed => ({
  outcome: 'failed',
  cause,
  detail,
  isBusy: false,
  ...(explanation && { explanation }),
});
