// Everything of ours, page by page.

import type { Owned, OwnedPage } from '../../driver.ts';
import type { Records } from './records.ts';

const pageSize = 1000;

export function ownedPage({ volumes, snapshots }: Records, after: string | null): OwnedPage {
  const all = new Map<string, Owned>();
  for (const { id, sizeGiB, exports } of volumes.values()) {
    all.set(`volume ${id}`, { kind: 'volume', id, sizeGiB, volumeId: null });
    for (const { key, attachmentId } of exports) {
      all.set(`connection ${id} ${key}`, { kind: 'connection', id: attachmentId, sizeGiB: 0, volumeId: id });
    }
  }
  for (const { id, sizeGiB, volumeId } of snapshots.values()) {
    all.set(`snapshot ${id}`, { kind: 'snapshot', id, sizeGiB, volumeId });
  }
  const names = [...all.keys()].filter((name) => after === null || name > after).sort();
  const page = names.slice(0, pageSize);
  return {
    items: page.flatMap((name) => all.get(name) ?? []),
    next: names.length > pageSize ? (page.at(-1) ?? null) : null,
  };
}
