// What an object was made from, in a small file beside it. It is what tells the same call again from another call with
// the same id. A blank volume has no record, so that the most frequent call writes nothing more.
//
// It is written before the object appears and removed before the object goes: a record without its object means nothing
// and is swept at open.

import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownedName } from '../../driver-kit/names.ts';
import type { Origin } from '../../driver-kit/origin.ts';
import { discard, isMissing } from './errors.ts';
import { recordName } from './names.ts';

/** The origin of a file that was not ours. */
export function adoptedFrom(name: string): Origin {
  return `file ${name}`;
}

/** The volume that an object was copied from, where its record says so. */
export function volumeIdOf(origin: Origin): string | null {
  const owned = ownedName(origin);
  return owned?.kind === 'volume' ? owned.id : null;
}

/** Writes the record and waits for the disk: it must not be lost when its object survives. */
export async function writeRecord(directory: string, name: string, origin: Origin): Promise<void> {
  const handle = await open(join(directory, recordName(name)), 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify({ from: origin }));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What the object was made from; `blank` when there is no record. */
export async function readRecord(directory: string, name: string): Promise<Origin> {
  try {
    const value: unknown = JSON.parse(await readFile(join(directory, recordName(name)), 'utf8'));
    const isRecord = typeof value === 'object' && value !== null && 'from' in value && typeof value.from === 'string';
    return isRecord ? String(value.from) : 'unreadable';
  } catch (error) {
    if (isMissing(error)) return 'blank';
    // A record that the power cut short: nothing equals it, so a repeated create says `conflict`, never a wrong `done`.
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

export async function removeRecord(directory: string, name: string): Promise<void> {
  await discard(join(directory, recordName(name)));
}
