// The little of qcow2 that is read without the daemon.

import { open } from 'node:fs/promises';

export const layerName = (layer: number) => `layer-${layer}.qcow2`;

/** Null when the name is not that of a layer. */
export function layerNumber(name: string): number | null {
  const digits = /^layer-(\d{1,9})\.qcow2$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The layer below; null: there is none, or the file is no whole image, as a crash leaves it. */
export async function backingOf(path: string): Promise<number | null> {
  const file = await open(path, 'r');
  try {
    const header = Buffer.alloc(20);
    await file.read(header, 0, header.length, 0);
    if (header.toString('latin1', 0, 4) !== 'QFI\u00fb') return null;
    const offset = Number(header.readBigUInt64BE(8));
    const name = Buffer.alloc(Math.min(1023, header.readUInt32BE(16)));
    if (offset === 0 || name.length === 0) return null;
    await file.read(name, 0, name.length, offset);
    return layerNumber(name.toString('utf8'));
  } finally {
    await file.close();
  }
}
