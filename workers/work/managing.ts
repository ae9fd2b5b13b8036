// Adopting objects that are on the back end already, and releasing ours: the bytes stay where they are.
import { timestamp } from '../../infra/clock/port.ts';
import type { MessageActionName, MessageDetailName } from '../../schema/codes.ts';
import { type Backend, DriverError, type Manage, type Reference } from '../driver.ts';
import { WorkError } from '../outcome.ts';
import type { Sizing } from '../store/manage.ts';
import { argumentsAs } from './fragments.ts';
import type { Context, Operation } from './work.ts';

export function manageOf(backend: Pick<Backend, 'manage'>): Manage {
  if (backend.manage !== undefined) return backend.manage;
  throw new DriverError('not-supported', 'This back end cannot manage what it has already, or give volumes up.');
}

export function managedSnapshotsOf(backend: Pick<Backend, 'manage'>): NonNullable<Manage['snapshots']> {
  const { snapshots } = manageOf(backend);
  if (snapshots !== undefined) return snapshots;
  throw new DriverError('not-supported', 'This back end cannot manage the snapshots that it has already.');
}

/** How the request refers to the object. */
export const reference = argumentsAs<Reference>(({ reference }) => {
  const isThere = typeof reference === 'object' && reference !== null && !Array.isArray(reference);
  return isThere ? Object.fromEntries(Object.entries(reference).map(([key, value]) => [key, String(value)])) : {};
});

export const refused = (action: MessageActionName, detail: MessageDetailName, message: string) =>
  new WorkError(message, { isPassing: false, detail, action });

/** Counts the size that the back end reports, and only then adopts the object. */
export async function counted(
  action: MessageActionName,
  { id, attempt }: Operation,
  { clock }: Context<never>['ports'],
  size: number,
  take: (sizing: Sizing) => Promise<'mine' | 'lost' | 'quota'>,
): Promise<void> {
  const outcome = await take({ id, attempt, size, now: timestamp(clock) });
  if (outcome === 'quota') throw refused(action, 'quotaExceeded', `The project has no quota for its ${size} GiB.`);
  // Another worker has the lease now and continues; nothing that this one ends with is written.
  if (outcome === 'lost') throw new DriverError('transient', 'The lease of the operation was lost.');
}

/** Makes the error of a bad reference (to nothing, or to a managed object) say that the reference is wrong. */
export async function named<T>(action: MessageActionName, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    if (error.failure === 'gone') throw refused(action, 'referenceNotFound', error.message);
    if (error.failure === 'conflict') throw refused(action, 'referenceManaged', error.message);
    throw error;
  }
}
