// What an object was made from, as a text that a driver stores with it. It tells a repeated call from a different
// call with the same id, which is a `conflict`.

import type { Source } from '../driver.ts';
import { snapshotName, volumeName } from './names.ts';

/** `blank`, or the name of one of our objects. Drivers may have others, for example for objects that they adopted. */
export type Origin = string;

/** The origin of a volume made from this source. */
export function originOf(source: Source): Origin {
  if (source.kind === 'blank') return 'blank';
  return source.kind === 'snapshot' ? snapshotName(source.snapshot.id) : volumeName(source.volume.id);
}
