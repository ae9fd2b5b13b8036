// All our services, for the docs, the policy command and the tests. A composition root names only those that it
// serves.
import { automation } from './automation/service.ts';
import { blockStorage } from './block-storage.ts';
import { rulesOf, type Service } from './http/service.ts';
import { embeddedKeystone } from './identity/service.ts';
import { emptyImageService } from './images/service.ts';
import { embeddedKeyManager } from './key-manager/service.ts';

/** Services that /openapi.json describes, and that work with any identity service. */
export const storageServices = [
  blockStorage,
  emptyImageService,
  embeddedKeyManager,
  automation,
] as const satisfies readonly Service[];

export const everyService = [...storageServices, embeddedKeystone] as const satisfies readonly Service[];

/** Block Storage's resources, and those of the services that its clients use as well. */
export const storageResources = storageServices.flatMap((service) => service.resources);

export const declaredRules = rulesOf(everyService);
