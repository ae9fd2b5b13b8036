// Replication: which volumes are copied to other systems, and who serves them.
import { timestamp } from '../../infra/clock/port.ts';
import { type Backend, DriverError, type Replication } from '../driver.ts';
import { pageRows, relocate, volumesOfBackend } from '../store/relocate.ts';
import { membersOf, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

function replicationOf(backend: Backend): Replication {
  if (backend.replication !== undefined) return backend.replication;
  throw new DriverError('not-supported', 'This back end does not replicate.');
}

/** The word for "by the back end itself again". */
const home = 'default';

/** Who is to serve: the named one, or the first target that does not already. Null is the back end itself. */
function targetOf(replication: Replication, wanted: unknown, active: unknown): string | null {
  if (wanted === home) return null;
  if (typeof wanted === 'string') return wanted;
  const other = replication.targets.find((one) => one !== active);
  if (other === undefined) throw new DriverError('fatal', 'There is no other replication target.');
  return other;
}

/**
 * Fails the whole back end over, then asks where each volume is: what has no copy there is an error until it is served
 * from home again. A second try begins anew and finds the same. The fact `active_backend_id` is null at home.
 */
export const failOverBackend: Task = async (claimed, backend, call, ports) => {
  const replication = replicationOf(backend);
  const { host, target: wanted, active } = claimed.arguments;
  const target = targetOf(replication, wanted, active);
  await replication.failover(target, call);
  let after: string | null = null;
  for (;;) {
    const rows = await volumesOfBackend(ports.database, String(host), after);
    const located = await replication.locate(rows.map(toVolume), call);
    const { id, attempt } = claimed;
    const now = timestamp(ports.clock);
    const isMine = await relocate(ports.database, { id, attempt, now, is_home: target === null }, located);
    if (!isMine) throw new DriverError('transient', 'The lease of the operation was lost.');
    if (rows.length < pageRows) return { location: null, facts: { active_backend_id: target } };
    after = rows.at(-1)?.id ?? null;
  }
};

const volumesIn = (claimed: Parameters<Task>[0]) => membersOf(claimed).map(({ volume }) => toVolume(volume));

export const enableReplication: Task = async (claimed, backend, call) => {
  await replicationOf(backend).enable(volumesIn(claimed), call);
  return { location: null };
};

export const disableReplication: Task = async (claimed, backend, call) => {
  await replicationOf(backend).disable(volumesIn(claimed), call);
  return { location: null };
};

/** Fails the members over together. The facts: where each is now, and whether that is at home. */
export const failOverGroup: Task = async (claimed, backend, call) => {
  const replication = replicationOf(backend);
  const volumes = volumesIn(claimed);
  const target = targetOf(replication, claimed.arguments.target, null);
  await replication.failoverVolumes(volumes, target, call);
  const located = await replication.locate(volumes, call);
  const locations = Object.fromEntries(located.map((one) => [one.id, one.location]));
  return { location: null, facts: { locations, is_home: target === null } };
};
