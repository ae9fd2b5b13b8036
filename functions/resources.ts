// The list of resources: this is the API. A test holds it against the folders.
import type { Resource } from './http/operation.ts';
import { messages } from './messages/index.ts';
import { snapshotMetadata } from './snapshot-metadata/index.ts';
import { snapshots } from './snapshots/index.ts';
import { volumeMetadata } from './volume-metadata/index.ts';
import { volumes } from './volumes/index.ts';

export const storageResources: readonly Resource[] = [volumes, volumeMetadata, snapshots, snapshotMetadata, messages];

export { identityResources } from './identity/resources.ts';
