// Taking over what is on the back end already, and giving up what is ours: the bytes stay where they are.
import { timestamp } from '../../infra/clock/port.ts';
import type { MessageDetailName } from '../../schema/codes.ts';
import { type Backend, DriverError, type Manage, type Reference } from '../driver.ts';
import { actions, WorkError } from '../outcome.ts';
import type { WorkerPorts } from '../ports.ts';
import type { Claimed } from '../store/claim.ts';
import { type Sizing, takeSnapshotSize, takeVolumeSize } from '../store/manage.ts';
import { resourceOf, toSnapshot, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

function manageOf(backend: Backend): Manage {
  if (backend.manage !== undefined) return backend.manage;
  throw new DriverError('not-supported', 'This back end cannot manage what it has already, or give volumes up.');
}

function snapshotsOf(backend: Backend): NonNullable<Manage['snapshots']> {
  const { snapshots } = manageOf(backend);
  if (snapshots !== undefined) return snapshots;
  throw new DriverError('not-supported', 'This back end cannot manage the snapshots that it has already.');
}

/**
 * Learns the size, counts it against quota and room, and only then takes the object over: a project without quota gets
 * nothing. A second try begins anew; both steps are idempotent.
 */
export const manageVolume: Task = async (claimed, backend, call, ports) => {
  const manage = manageOf(backend);
  const { volume } = resourceOf(claimed);
  const reference = referenceIn(claimed);
  // What an earlier try has taken over has its size already, and answers to its reference no more.
  let sizeGiB = volume.size_gib;
  if (sizeGiB === 0) {
    sizeGiB = await named(claimed, () => manage.size(reference, call));
    await count(claimed, ports, sizeGiB, (sizing) => takeVolumeSize(ports.database, sizing));
  }
  const made = await named(claimed, () => manage.adopt({ ...toVolume(volume), sizeGiB }, reference, call));
  return { location: made.location };
};

async function count(
  claimed: Claimed,
  ports: WorkerPorts,
  size: number,
  take: (sizing: Sizing) => Promise<'mine' | 'lost' | 'quota'>,
): Promise<void> {
  const { id, attempt } = claimed;
  const outcome = await take({ id, attempt, size, now: timestamp(ports.clock) });
  if (outcome === 'quota') throw refused(claimed, 'quotaExceeded', `The project has no quota for its ${size} GiB.`);
  // Whoever has the lease now goes on; nothing that we end with is written.
  if (outcome === 'lost') throw new DriverError('transient', 'The lease of the operation was lost.');
}

/** An object may be smaller than the volume that it was taken of has become: then it counts for less. */
export const manageSnapshot: Task = async (claimed, backend, call, ports) => {
  const snapshots = snapshotsOf(backend);
  const { snapshot, volume } = resourceOf(claimed);
  if (snapshot == null) throw new DriverError('gone', 'The snapshot does not exist any more.');
  const reference = referenceIn(claimed);
  const size = await sizeUnlessTaken(() => snapshots.size(toVolume(volume), reference, call));
  if (size !== null && size > volume.size_gib) {
    throw refused(claimed, 'driverFailedManage', `The object has ${size} GiB, more than its volume.`);
  }
  if (size !== null && size !== snapshot.size_gib) {
    await count(claimed, ports, size, (sizing) => takeSnapshotSize(ports.database, sizing));
  }
  const made = await named(claimed, () => snapshots.adopt(toSnapshot(snapshot, volume), reference, call));
  return { location: made.location };
};

/** Null when an earlier try has taken the object over, so that adopting it again decides. */
async function sizeUnlessTaken(size: () => Promise<number>): Promise<number | null> {
  try {
    return await size();
  } catch (error) {
    if (error instanceof DriverError && (error.failure === 'gone' || error.failure === 'conflict')) return null;
    throw error;
  }
}

/** Gives the volume up; whatever it is called then, its bytes are as they were. */
export const unmanageVolume: Task = async (claimed, backend, call) => {
  await manageOf(backend).release(toVolume(resourceOf(claimed).volume), call);
  return { location: null };
};

export const unmanageSnapshot: Task = async (claimed, backend, call) => {
  const { snapshot, volume } = resourceOf(claimed);
  if (snapshot != null) await snapshotsOf(backend).release(toSnapshot(snapshot, volume), call);
  return { location: null };
};

function referenceIn(claimed: Claimed): Reference {
  const { reference } = claimed.arguments;
  const isThere = typeof reference === 'object' && reference !== null && !Array.isArray(reference);
  return isThere ? Object.fromEntries(Object.entries(reference).map(([key, value]) => [key, String(value)])) : {};
}

const refused = (claimed: Claimed, detail: MessageDetailName, message: string) =>
  new WorkError(message, { isPassing: false, detail, action: actions[claimed.kind] });

/** Says of a reference to nothing, and of one to what is managed, that this is what is wrong. */
async function named<T>(claimed: Claimed, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    if (error.failure === 'gone') throw refused(claimed, 'referenceNotFound', error.message);
    if (error.failure === 'conflict') throw refused(claimed, 'referenceManaged', error.message);
    throw error;
  }
}
