// The SQL of a volume's metadata.
import { metadataStore } from '../http/metadata-store.ts';

/** The statuses in which the metadata is being read by work under way, and must stay. */
export const lockedStatuses = ['maintenance', 'uploading'] as const;

export const volumeMetadata = metadataStore({
  table: 'volumes',
  resource: 'volume',
  guard: `r.status NOT IN (${lockedStatuses.map((status) => `'${status}'`).join(', ')})`,
});
