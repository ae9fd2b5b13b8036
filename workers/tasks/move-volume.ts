// Moving a volume between two back ends of one worker: copy it, let the new one have it, then free the old one.
import { timestamp } from '../../infra/clock/port.ts';
import { copyData } from '../data/copy.ts';
import type { Backend, Call } from '../driver.ts';
import { DriverError } from '../driver.ts';
import { WorkError } from '../outcome.ts';
import type { WorkerPorts } from '../ports.ts';
import { isLeft } from '../store/await-server.ts';
import type { Claimed, ResourceJson, VolumeJson } from '../store/claim.ts';
import { resourceOf, toVolume } from './subjects.ts';
import type { Task, TaskResult } from './task.ts';

/**
 * Does the step that the scheduler chose: `stay` (the pool satisfies the new type: only its limits may be others),
 * `copy` or, where a server has it, `swap` (on the new back end), `free` (on the old one, after the volume has been
 * handed over).
 */
export const moveVolume: Task = async (claimed, backend, call, ports) => {
  const resource = resourceOf(claimed);
  const { volume, new_type: type } = resource;
  // What a retype makes of it is of the new type already.
  const changed = type == null ? volume : { ...volume, extra_specs: type.extra_specs, qos_specs: type.qos_specs };
  if (claimed.step === 'completion') return look(claimed, resource, ports);
  if (claimed.step === 'swap') return swap(claimed, resource, changed, backend, call);
  if (claimed.step === 'copy') return copy(claimed, volume, changed, backend, call, ports);
  if (claimed.step === 'stay' && type != null) await backend.qos?.(toVolume(changed), call);
  if (claimed.step === 'free') await backend.remove(oldVolume(claimed, volume), call);
  return { location: volume.location };
};

/** The volume as its old back end knows it. */
function oldVolume(claimed: Claimed, volume: VolumeJson) {
  const { source_location: location, source_name: name } = claimed.arguments;
  return toVolume({
    ...volume,
    ...(typeof name === 'string' ? { name_id: name } : {}),
    host: String(claimed.arguments.source_host),
    location: typeof location === 'string' ? location : null,
  });
}

/** The only server that has the volume; none while it is letting go of it. */
const serverOf = ({ attachments }: ResourceJson) => attachments?.[0]?.instance ?? '';

const stays = () =>
  new WorkError('The server did not go over to the new place of its volume.', {
    isPassing: false,
    detail: 'serverStays',
  });

/** While the server goes over, and after a start in the meantime: it is waited for unless nobody is at it any more. */
async function look(claimed: Claimed, resource: ResourceJson, { database, clock }: WorkerPorts): Promise<TaskResult> {
  if (await isLeft(database, claimed.id, timestamp(clock))) throw stays();
  return { location: null, waitsForServer: serverOf(resource) };
}

/** Makes the object that the server is to go over to; the operation's id is that of the new half. */
async function swap(
  claimed: Claimed,
  resource: ResourceJson,
  changed: VolumeJson,
  backend: Backend,
  call: Call,
): Promise<TaskResult> {
  if (claimed.arguments.is_failed === true) throw stays();
  const waitsForServer = serverOf(resource);
  if (waitsForServer === '') throw new DriverError('fatal', 'The server does not have the volume any more.');
  const target = toVolume({
    ...changed,
    name_id: claimed.id,
    host: String(claimed.arguments.destination),
    location: null,
  });
  try {
    const { location } = await backend.create(target, { kind: 'blank' }, call);
    return { location, waitsForServer };
  } catch (error) {
    await backend.remove(target, call).catch(() => {});
    throw error;
  }
}

async function copy(
  claimed: Claimed,
  row: VolumeJson,
  changed: VolumeJson,
  backend: Backend,
  call: Call,
  ports: WorkerPorts,
): Promise<TaskResult> {
  const source = ports.peer?.(row.host?.split('#')[0] ?? '');
  if (source?.openData === undefined || backend.openData === undefined) {
    throw new DriverError('not-supported', `No worker reaches both ${row.host} and ${claimed.arguments.destination}.`);
  }
  const target = toVolume({ ...changed, host: String(claimed.arguments.destination), location: null });
  try {
    const made = await backend.create(target, { kind: 'blank' }, call);
    const from = await source.openData({ kind: 'volume', volume: toVolume(row) }, 'r', call);
    try {
      const to = await backend.openData({ kind: 'volume', volume: { ...target, location: made.location } }, 'rw', call);
      await copyData(from, to, call.signal).finally(() => to.close());
    } finally {
      await from.close();
    }
    return { location: made.location, isMoved: true };
  } catch (error) {
    // What was copied belongs to nobody. When this fails too, the next try begins by taking the object over.
    await backend.remove(target, call).catch(() => {});
    throw error;
  }
}
