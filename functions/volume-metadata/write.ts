// Changing a volume's metadata: one statement; with If-Match one before it, and the change only over what that one saw.
import { timestamp } from '../../infra/clock/port.ts';
import { badRequest, type Fault, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach } from '../http/policy.ts';
import { askedTags, etagOf, notMatched } from './etag.ts';
import { metadataKey } from './metadata-body.ts';
import type { Change, Found, Metadata } from './store.ts';
import { lockedStatuses, volumeMetadata } from './store.ts';

export const absentVolume = (id: string) => `Volume ${id} could not be found.`;
export const absentKey = (id: string, key: string) => `Volume ${id} has no metadata with key ${key}.`;

/** The metadata of the volume in the path; 404 when the volume is out of reach. */
export async function read(call: Call<unknown, 'volume_id'>): Promise<Found> {
  const id = call.params.volume_id;
  const found = await volumeMetadata.read(call.ports.database, reach(call.actor), id);
  if (found === null) throw notFound(absentVolume(id));
  return found;
}

const changeOf = (call: Call<unknown>): Change => ({ now: timestamp(call.ports.clock), requestId: call.requestId });

/** The 400 of a volume whose metadata may not change now; null when it may. */
function locked(status: string, doing: 'Updating' | 'Deleting'): Fault | null {
  if (!lockedStatuses.some((one) => one === status)) return null;
  return badRequest(`Invalid volume: ${doing} volume metadata is not allowed for volumes in ${status} status.`);
}

/** Merges or replaces, and returns the whole metadata. `matches`: whether If-Match is heeded. */
export async function write(
  call: Call<unknown, 'volume_id'>,
  way: 'merge' | 'replace',
  wanted: Metadata,
  matches: boolean,
): Promise<Metadata> {
  const id = call.params.volume_id;
  const expected = matches ? await readExpected(call) : null;
  const { database } = call.ports;
  const written = await volumeMetadata.write(database, reach(call.actor), id, way, wanted, expected, changeOf(call));
  if (written !== null) return written;
  // Somebody was quicker between our two statements: what the client has seen is no longer there.
  if (expected !== null) throw notMatched();
  throw locked((await read(call)).status, 'Updating') ?? changedMeanwhile();
}

/** What the metadata must still be when it is written: what If-Match names. Null when it names nothing. */
async function readExpected(call: Call<unknown, 'volume_id'>): Promise<Metadata | null> {
  const tags = askedTags(call);
  if (tags === null) return null;
  const found = await read(call);
  if (!tags.includes(etagOf(found.metadata))) throw notMatched();
  const refused = locked(found.status, 'Updating');
  if (refused !== null) throw refused;
  return found.metadata;
}

/** Removes one pair; 404 when there is none. */
export async function remove(call: Call<unknown, 'key' | 'volume_id'>): Promise<void> {
  const id = call.params.volume_id;
  const key = call.params.key;
  const { database } = call.ports;
  const isKey = metadataKey.test(key);
  if (isKey && (await volumeMetadata.remove(database, reach(call.actor), id, key, changeOf(call)))) return;
  const { status, metadata } = await read(call);
  if (!Object.hasOwn(metadata, key)) throw notFound(absentKey(id, key));
  throw locked(status, 'Deleting') ?? changedMeanwhile();
}

/** The refusal and its explanation saw two different states: rare enough to be told to try again. */
const changedMeanwhile = () => badRequest('Invalid volume: The volume was changed by another request. Try again.');
