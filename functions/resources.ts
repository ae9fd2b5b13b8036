// The list of resources: this is the API. A test holds it against the folders.

import { attachments } from './attachments/index.ts';
import { availabilityZones } from './availability-zones/index.ts';
import { backups } from './backups/index.ts';
import { extensions } from './extensions/index.ts';
import type { Resource } from './http/operation.ts';
import { images } from './images/index.ts';
import { limits } from './limits/index.ts';
import { messages } from './messages/index.ts';
import { migrations } from './migration/index.ts';
import { openapi } from './openapi/index.ts';
import { pools } from './pools/index.ts';
import { quotaClassSets } from './quota-class-sets/index.ts';
import { quotaSets } from './quota-sets/index.ts';
import { retypes } from './retype/index.ts';
import { reverts } from './revert/index.ts';
import { services } from './services/index.ts';
import { snapshotMetadata } from './snapshot-metadata/index.ts';
import { snapshots } from './snapshots/index.ts';
import { typeAccess } from './type-access/index.ts';
import { typeExtraSpecs } from './type-extra-specs/index.ts';
import { types } from './types/index.ts';
import { versions } from './versions/index.ts';
import { volumeMetadata } from './volume-metadata/index.ts';
import { volumes } from './volumes/index.ts';

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
  quotaSets,
  quotaClassSets,
  limits,
  availabilityZones,
  services,
  pools,
  extensions,
  images,
];

/** The list, with the resource that describes it. */
export const storageResources: readonly Resource[] = [...described, openapi(described)];

export { identityResources } from './identity/resources.ts';
