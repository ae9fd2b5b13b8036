// The SQL of a snapshot's metadata, which may change in every status.
import { metadataStore } from '../volume-metadata/store.ts';

export const snapshotMetadata = metadataStore({ table: 'snapshots', resource: 'snapshot', guard: 'TRUE' });
