import type { Source } from '../driver.ts';
import { DriverError } from '../driver.ts';
import type { ResourceJson } from '../store/claim.ts';
import { resourceOf, toSnapshot, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Makes the volume on the back end that the scheduler chose. */
export const createVolume: Task = async (claimed, backend, call) => {
  const resource = resourceOf(claimed);
  const made = await backend.create(toVolume(resource.volume), sourceOf(resource, claimed.arguments), call);
  return { location: made.location };
};

function sourceOf(resource: ResourceJson, given: Readonly<Record<string, unknown>>): Source {
  const { source_snapshot: snapshot, source_volume: volume } = resource;
  if (snapshot != null) return { kind: 'snapshot', snapshot: toSnapshot(snapshot, snapshot.volume) };
  if (volume != null) return { kind: 'volume', volume: toVolume(volume) };
  // A source that was named and is gone must not become an empty volume.
  if (given.from_source === true) throw new DriverError('gone', 'The source of the volume does not exist any more.');
  return { kind: 'blank' };
}
