// The resources of Block Storage: this list is the API. A test compares it with the folders.

import { attachments } from './attachments/index.ts';
import { availabilityZones } from './availability-zones/index.ts';
import { backups } from './backups/index.ts';
import { capabilities } from './capabilities/index.ts';
import { cgsnapshots } from './cgsnapshots/index.ts';
import { clusters } from './clusters/index.ts';
import { consistencyGroups } from './consistency-groups/index.ts';
import { defaultTypes } from './default-types/index.ts';
import { extensions } from './extensions/index.ts';
import { groupSnapshots } from './group-snapshots/index.ts';
import { groupSpecs } from './group-specs/index.ts';
import { groupTypes } from './group-types/index.ts';
import { groups } from './groups/index.ts';
import { hosts } from './hosts/index.ts';
import type { Resource } from './http/operation.ts';
import { imageMetadata } from './image-metadata/index.ts';
import { limits } from './limits/index.ts';
import { manageable } from './manageable/index.ts';
import { messages } from './messages/index.ts';
import { migrations } from './migration/index.ts';
import { openapi } from './openapi/index.ts';
import { pools } from './pools/index.ts';
import { qosSpecs } from './qos-specs/index.ts';
import { quotaClassSets } from './quota-class-sets/index.ts';
import { quotaSets } from './quota-sets/index.ts';
import { resourceFilters } from './resource-filters/index.ts';
import { retypes } from './retype/index.ts';
import { reverts } from './revert/index.ts';
import { services } from './services/index.ts';
import { snapshotMetadata } from './snapshot-metadata/index.ts';
import { snapshots } from './snapshots/index.ts';
import { transfers } from './transfers/index.ts';
import { typeAccess } from './type-access/index.ts';
import { typeEncryption } from './type-encryption/index.ts';
import { typeExtraSpecs } from './type-extra-specs/index.ts';
import { types } from './types/index.ts';
import { versions } from './versions/index.ts';
import { volumeEncryption } from './volume-encryption/index.ts';
import { volumeImages } from './volume-images/index.ts';
import { volumeMetadata } from './volume-metadata/index.ts';
import { volumes } from './volumes/index.ts';
import { workersCleanup } from './workers-cleanup/index.ts';

const described: readonly Resource[] = [
  volumes,
  reverts,
  retypes,
  migrations,
  volumeMetadata,
  attachments,
  snapshots,
  snapshotMetadata,
  backups,
  messages,
  versions,
  types,
  typeExtraSpecs,
  typeAccess,
  groupTypes,
  groupSpecs,
  groups,
  groupSnapshots,
  consistencyGroups,
  cgsnapshots,
  quotaSets,
  quotaClassSets,
  limits,
  availabilityZones,
  services,
  pools,
  qosSpecs,
  typeEncryption,
  volumeEncryption,
  defaultTypes,
  transfers,
  imageMetadata,
  volumeImages,
  capabilities,
  hosts,
  clusters,
  workersCleanup,
  manageable,
  extensions,
];

/** The filters of all their lists. */
const filters = resourceFilters(described);

/** The list, with the resource that describes it and the services that clients of volumes use as well. */
export const blockStorageResources: readonly Resource[] = [
  ...described,
  filters,
  openapi([...described, filters], async () => {
    const { besideBlockStorage } = await import('./resources-beside.ts');
    return besideBlockStorage;
  }),
];
